import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readLog } from '../../../card-emulator/command/card-log.ts';
import { orderCard } from '../../../card-emulator/command/card-remote.ts';
import { serveCard } from '../../../card-emulator/command/serve-card.ts';
import type { ServedState } from '../../../card-emulator/command/served-card.ts';
import { purseCard } from '../card/purse-card.ts';
import { frame, toHex } from '../card/test-card.ts';

let folder: string;
let lines: string[];
let reader: Socket;
let obey: (line: string) => void;
let port: number;
let page: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kazasu-served-'));
  lines = [];
  const imagePath = join(folder, 'card.json');
  await writeFile(imagePath, purseCard().image());
  obey = await serveCard(
    imagePath,
    {
      link: 'udp',
      host: '127.0.0.1',
      port: 0,
      page: 0,
      record: join(folder, 'frames.jsonl'),
      air: 424,
      earlyByte: true,
      reader: 'acs-raw',
      insert: true,
      json: true,
    },
    {
      write: (line) => lines.push(line),
      failed: (error) => {
        throw error;
      },
    },
  );
  ({ port, page } = JSON.parse(lines[0]!));
  reader = createSocket('udp4');
});

afterEach(async () => {
  obey('{"command":"remove"}');
  reader.close();
  await rm(folder, { recursive: true });
});

/** The datagram that comes back; a silent card keeps the test waiting until it fails. */
async function ask(fields: string): Promise<string> {
  reader.send(`212F ${toHex(frame(fields))}`, port, '127.0.0.1');
  const [answer] = await once(reader, 'message');
  return String(answer);
}

describe('a served card', () => {
  it('answers by UDP, and tells its page and its record of it', async () => {
    expect(await ask('00 4b5a 00 00')).toBe('212F 120101020304050607080020ffffffffffff');
    const state = await (await fetch(`${page}/card`)).json();
    const { frames } = state as ServedState;
    expect(frames[0]).toBe('> Polling · system 4b5a (Kazasu purse) · 1 slot');
    const log = readLog(await readFile(join(folder, 'frames.jsonl'), 'utf8'));
    expect(log.kind === 'recording' && log.events).toHaveLength(1);
    const exchanged = lines
      .map((line) => JSON.parse(line))
      .find(({ event }) => event === 'exchanged');
    expect(exchanged).toMatchObject({ request: '06004b5a0000' });
  });

  it('is pulled away and held there again by its control', async () => {
    await ask('00 4b5a 00 00');
    await orderCard('remove', page);
    reader.send('212F 06004b5a0000', port, '127.0.0.1');
    expect(await orderCard('tap', page)).toMatchObject({ isInField: true });
    expect(await ask('00 4b5a 00 00')).toContain('0102030405060708');
  });

  it('does what control lines say, and says what it does not understand', async () => {
    obey('{"command":"fault","at":{"command":1},"moment":"before-commit"}');
    obey('{"command":"jump"}');
    expect(lines.slice(1).map((line) => JSON.parse(line))).toMatchObject([
      { event: 'obeyed', command: 'fault' },
      { event: 'refused' },
    ]);
    reader.send('212F 06004b5a0000', port, '127.0.0.1');
    await vi.waitFor(() => expect(lines.join('\n')).toContain('"torn"'));
    expect(await (await fetch(`${page}/card`)).json()).toMatchObject({ isInField: false });
  });

  it('tells of each fault that leaves the card in the field, and of one that cannot happen', async () => {
    const tell = (at: object, effect: object) =>
      obey(JSON.stringify({ command: 'fault', at, ...effect }));
    tell({ command: 1 }, { effect: 'late', delay: 1 });
    tell({ command: 1 }, { effect: 'response-corrupted', bit: 0 });
    await ask('00 4b5a 00 00');
    await ask('00 4b5a 00 00');
    tell({ command: 2 }, { effect: 'worn' });
    const events = lines.map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event.startsWith('fault'))).toEqual([
      { event: 'fault', command: 1, effect: 'late', delay: 1 },
      { event: 'fault-missed', command: 1, effect: 'response-corrupted', bit: 0 },
    ]);
    expect(events.at(-1)).toEqual({
      event: 'refused',
      reason: 'command: expected above 2, the number of the last one, got 2',
    });
  });

  it('leaves no recording behind where the port is taken', async () => {
    const record = join(folder, 'second.jsonl');
    const options = {
      link: 'udp',
      host: '127.0.0.1',
      port,
      record,
      earlyByte: true,
      reader: 'acs-raw',
      insert: true,
      json: true,
    } as const;
    const output = { write: () => undefined, failed: () => expect.unreachable() };
    const imagePath = join(folder, 'card.json');
    await expect(serveCard(imagePath, options, output)).rejects.toThrow('EADDRINUSE');
    await expect(readFile(record)).rejects.toThrow('ENOENT');
  });
});
