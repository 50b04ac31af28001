import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FELICA_ATR } from '../../card-emulator/link/pcsc-pseudo-apdu.ts';
import { encodeVpcdMessage } from '../../card-emulator/link/vpcd-message.ts';
import { builtFile } from '../contract/pcsc-service.ts';
import { type CardProcess, cardProcess } from '../contract/served-card.ts';
import { block, dataText, frame, hex, IDM_0, testCard, toHex } from './card/test-card.ts';
import { FakeVpcd } from './link/fake-vpcd.ts';

const PROGRAM = builtFile('card-emulator/main.js');
const WRITE = frame(`08 ${IDM_0} 01 0900 01 8000 ${dataText(block(0x5e))}`);
const WRAPPED_WRITE = encodeVpcdMessage(
  Uint8Array.of(0xff, 0x00, 0x00, 0x00, WRITE.length, ...WRITE),
);

interface Finished {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  return { code, stdout, stderr };
}

describe('kazasu card', () => {
  it('explains its commands with --help', async () => {
    const finished = await run('serve', '--help');
    expect(finished.code).toBe(0);
    expect(finished.stdout).toContain('Usage: kazasu card serve [options] <image.json>');
    expect(finished.stdout).toContain('{"command":"insert"}');
  });

  it.each([
    ['without a command', []],
    ['without an image', ['serve']],
    ['with a port that is none', ['serve', 'card.json', '--port', '65536']],
    ['with an IDm that is none', ['new', '/nonexistent/card.json', '--idm', '01']],
    ['with a day before the first', ['new', '/nonexistent/card.json', '--expiry', '2019-12-31']],
    ['with a day after the last', ['new', '/nonexistent/card.json', '--expiry', '2199-06-07']],
  ])('exits with 2 %s', async (_, args) => {
    const finished = await run(...args);
    expect(finished.code).toBe(2);
    expect(finished.stderr).not.toBe('');
  });

  it('exits with 1 and names the file when the image cannot be read', async () => {
    const finished = await run('serve', '/nonexistent/card.json');
    expect(finished).toMatchObject({ code: 1, stdout: '' });
    expect(finished.stderr).toMatch(/^kazasu card: .*\/nonexistent\/card\.json/);
  });

  it('exits with 1 when the file is no card image', async () => {
    const finished = await run('serve', builtFile('../package.json'));
    expect(finished).toMatchObject({ code: 1, stdout: '' });
    expect(finished.stderr).toMatch(/^kazasu card: card image/);
  });
});

describe('kazasu card serve', () => {
  let vpcd: FakeVpcd;
  let folder: string;
  let child: ChildProcess;
  let card: CardProcess;

  beforeEach(async () => {
    vpcd = new FakeVpcd();
    const port = await vpcd.listen();
    folder = await mkdtemp(join(tmpdir(), 'kazasu-serve-'));
    const imagePath = join(folder, 'card.json');
    await writeFile(imagePath, testCard().image());
    child = spawn(process.execPath, [PROGRAM, 'serve', imagePath, '--port', `${port}`, '--json']);
    card = cardProcess(child);
    await card.next('connected');
    await vpcd.until(() => vpcd.isCardThere);
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await vpcd.close();
    await rm(folder, { recursive: true });
  });

  it('answers, and tells each exchange as a JSON line', async () => {
    vpcd.send(hex('0001 04'));
    expect(await vpcd.takeMessage()).toEqual(FELICA_ATR);
    vpcd.send(WRAPPED_WRITE);
    expect(toHex(await vpcd.takeMessage())).toBe(`0c09${IDM_0}00009000`);
    expect(await card.next('exchanged')).toEqual({
      event: 'exchanged',
      request: toHex(WRITE),
      response: `0c09${IDM_0}0000`,
    });
  });

  it('goes, comes and stops as it is told', async () => {
    card.tell({ command: 'remove' });
    await vpcd.until(() => !vpcd.isCardThere);
    card.tell({ command: 'insert' });
    await vpcd.until(() => vpcd.isCardThere);
    const exit = once(child, 'exit');
    card.tell({ command: 'stop' });
    await card.next('stopped');
    expect(await exit).toEqual([0, null]);
  });

  it('is torn from the field at the command it was told', async () => {
    card.tell({ command: 'tear', moment: 'after-commit', commandCode: 0x08 });
    await card.next('obeyed');
    vpcd.send(WRAPPED_WRITE);
    await vpcd.until(() => !vpcd.isCardThere);
    await card.next('torn');
    expect(vpcd.waitingBytes).toBe(0);
  });

  it('refuses a line that it does not understand, and serves on', async () => {
    card.tell({ command: 'jump' });
    expect(await card.next('refused')).toMatchObject({ reason: expect.stringContaining('insert') });
    vpcd.send(hex('0001 04'));
    expect(await vpcd.takeMessage()).toEqual(FELICA_ATR);
  });

  it('exits with 1 when it cannot save the card', async () => {
    const exit = once(child, 'exit');
    await rm(folder, { recursive: true });
    vpcd.send(WRAPPED_WRITE);
    expect(await exit).toEqual([1, null]);
    expect(vpcd.waitingBytes).toBe(0);
    folder = await mkdtemp(join(tmpdir(), 'kazasu-serve-'));
  });

  it('exits with 0 at SIGTERM', async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
