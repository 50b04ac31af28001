import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type FaultListener, openCardImage } from '../card/open-card.ts';
import type { BitRateKbps } from '../felica/air-time.ts';
import { formatIdm } from '../felica/identifiers.ts';
import { type CardControl, parseCardControl } from '../link/card-control.ts';
import { FRAME_RECORDING_HEADER, formatRecordingEvent } from '../link/frame-recording.ts';
import { readImage } from '../link/image-file.ts';
import { preciseSleep } from '../link/precise-sleep.ts';
import { SavedCard } from '../link/saved-card.ts';
import { timedLink } from '../link/timed-link.ts';
import { openUdpLink, type UdpEvent } from '../link/udp.ts';
import { VPCD_PORT, type VpcdEvent, VpcdLink } from '../link/vpcd.ts';
import type { ReaderPersonalityName } from '../link/vpcd-personality.ts';
import { createCardPage } from '../page/card-page.ts';
import { milliseconds } from '../units.ts';
import { exchangeLines } from './card-log.ts';
import { type CardPlace, ServedCard } from './served-card.ts';

export interface ServeOptions {
  readonly link: 'vpcd' | 'udp';
  /** Which family of readers the virtual one behaves like. */
  readonly reader: ReaderPersonalityName;
  readonly host: string;
  /** That of the link unless given. */
  readonly port?: number;
  readonly page?: number;
  readonly record?: string;
  readonly air?: BitRateKbps;
  readonly earlyByte: boolean;
  readonly insert: boolean;
  readonly json: boolean;
}

type Printed = Readonly<Record<string, unknown>> & { readonly event: string };

interface Serving {
  readonly served: ServedCard;
  readonly saved: SavedCard;
  readonly print: (event: Printed) => void;
  readonly stop: () => void;
}

const PAGE_HOST = '127.0.0.1';

export interface ServeOutput {
  /** Takes a line of what happens. */
  readonly write: (line: string) => void;
  /** Called for what cannot be gone on with. */
  readonly failed: (error: unknown) => never;
}

/**
 * Serves the card of an image file until it is told to stop, or the process is. Gives what obeys
 * control lines.
 */
export async function serveCard(
  imagePath: string,
  options: ServeOptions,
  { write, failed }: ServeOutput,
): Promise<(line: string) => void> {
  const print = (event: Printed): void => {
    for (const line of options.json ? [JSON.stringify(event)] : textLines(event)) write(line);
  };
  const card = openCardImage(await readImage(imagePath), { random: randomBytes });
  let record: ReturnType<typeof startRecording> | undefined;
  let served: ServedCard | undefined;
  const onEvent = (event: VpcdEvent | UdpEvent): void => {
    if (event.event === 'failed') failed(event.error);
    if (event.event === 'exchanged') {
      served?.recordExchange(event.request, event.response);
      record?.(event.request, event.response);
    }
    print(printed(event));
  };
  const place = await openPlace(options, onEvent);
  const onTorn = (): void => {
    served?.remove();
    print({ event: 'torn' });
  };
  const onFault: FaultListener = (fault, fate) => {
    // A loss of the field is told as `torn`, once what it left is on the disk.
    if (fate === 'missed') print({ event: 'fault-missed', ...fault });
    else if ('effect' in fault) print({ event: 'fault', ...fault });
  };
  const saved = new SavedCard({ card, imagePath, onTorn, onFault });
  const link =
    options.air === undefined
      ? saved
      : Object.assign(
          timedLink(saved, { bitRateKbps: options.air, sleep: preciseSleep, drawSlot }),
          { idm: saved.idm, pmm: saved.pmm },
        );
  served = new ServedCard(card, saved, link, place);
  const { host, port } = place;
  const url = options.page === undefined ? undefined : await openPage(served, options.page);
  // After all that may be refused: a file without a frame would be in the way of the next try.
  if (options.record !== undefined) record = startRecording(options.record);
  print({ event: 'serving', idm: formatIdm(card.idm), host, port, ...(url && { page: url }) });
  const stop = (): void => {
    served?.remove();
    print({ event: 'stopped' });
    process.exit();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (options.insert) served.tap();
  const serving = { served, saved, print, stop };
  return (line) => obeyLine(line, serving);
}

function drawSlot(slotCount: number): number {
  return randomInt(slotCount);
}

type OpenPlace = CardPlace & { readonly host: string; readonly port: number };

async function openPlace(
  { link, reader, host, port, earlyByte }: ServeOptions,
  onEvent: (event: VpcdEvent | UdpEvent) => void,
): Promise<OpenPlace> {
  if (link === 'udp') {
    const udp = await openUdpLink({ host, ...(port !== undefined && { port }), onEvent });
    return {
      host: udp.host,
      port: udp.port,
      insert: (card) => udp.insert(card),
      remove: () => udp.remove(),
    };
  }
  const vpcdPort = port ?? VPCD_PORT;
  const vpcd = new VpcdLink({ host, port: vpcdPort, hasEarlyByte: earlyByte, reader, onEvent });
  return {
    host,
    port: vpcdPort,
    insert: (card) => vpcd.insert(card),
    remove: () => vpcd.remove(),
  };
}

/** The page tells its address, because 0 takes any free port. */
async function openPage(served: ServedCard, port: number): Promise<string> {
  const server = createServer(createCardPage(served));
  server.listen(port, PAGE_HOST);
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : undefined;
  return `http://${PAGE_HOST}:${bound ?? port}`;
}

/** Line by line and at once, so that a recording is whole however the program ends. */
function startRecording(
  path: string,
): (command: Uint8Array, response: Uint8Array | undefined) => void {
  writeFileSync(path, `${FRAME_RECORDING_HEADER}\n`, { mode: 0o600, flag: 'wx' });
  const start = performance.now();
  return (command, response) => {
    const atMs = milliseconds(Math.round((performance.now() - start) * 1_000) / 1_000);
    const line = formatRecordingEvent({ event: 'exchange', atMs, command, response });
    appendFileSync(path, `${line}\n`);
  };
}

function obeyLine(line: string, serving: Serving): void {
  const parsed = parseCardControl(line);
  if (parsed.result === 'refused') {
    serving.print({ event: 'refused', reason: parsed.reason });
    return;
  }
  try {
    obey(parsed.control, serving);
  } catch (error) {
    // A fault at a command that has come already is known to the card alone.
    if (!(error instanceof RangeError)) throw error;
    serving.print({ event: 'refused', reason: error.message });
    return;
  }
  serving.print({ event: 'obeyed', command: parsed.control.command });
}

function obey(control: CardControl, { served, saved, stop }: Serving): void {
  switch (control.command) {
    case 'insert':
      served.tap();
      break;
    case 'remove':
      served.remove();
      break;
    case 'fault':
    case 'tear':
      saved.schedule(control.fault);
      break;
    case 'stop':
      stop();
      break;
  }
}

function printed(event: VpcdEvent | UdpEvent): Printed {
  if (event.event !== 'exchanged') return event;
  const { request, response } = event;
  return { ...event, request: hex(request), response: response ? hex(response) : null };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Frames in words, everything else as its name with its fields. */
function textLines({ event, ...fields }: Printed): readonly string[] {
  if (event === 'exchanged') {
    const [command, answer] = [fields['request'], fields['response']].map((text) =>
      typeof text === 'string' ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined,
    );
    const time = new Date().toISOString().slice(11, 23);
    return exchangeLines(command ?? new Uint8Array(0), answer).map((line) => `${time}  ${line}`);
  }
  const texts = Object.entries(fields).map(([name, value]) => `${name} ${value ?? 'none'}`);
  return [[event, ...texts].join(', ')];
}
