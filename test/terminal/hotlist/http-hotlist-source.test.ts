import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { hotListCard, publishHotListFiles } from '../../../backend/hot-listing-command.ts';
import { type Listening, listen } from '../../../backend/http/listen.ts';
import { terminalFolder } from '../../../terminal/config.ts';
import { httpHotListSource } from '../../../terminal/hotlist/http-hotlist-source.ts';
import { updateListFile } from '../../../terminal/hotlist/terminal-hotlist.ts';
import type { HotListSource } from '../../../terminal/hotlist/update-hotlist.ts';
import { ServedBackend } from '../../backend/http/served-backend.ts';
import { NOON } from '../../scheme.ts';
import { samFileText } from '../sam-file-text.ts';

const BYTES = new Uint8Array(1_000).map((_, index) => index % 251);
const IDLE_MS = 200;

let server: Listening | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function sourceOf(listener: RequestListener): Promise<HotListSource> {
  server = await listen(listener, { host: '127.0.0.1', port: 0 });
  return httpHotListSource(server.url, milliseconds(IDLE_MS));
}

/** Sends up to so many bytes of what is asked for, and then the line breaks. */
function breaking(bytesEach: number, seen: string[] = []): RequestListener {
  return (request, response) => {
    const { range, 'if-range': tag } = request.headers;
    seen.push(`${range} ${tag}`);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = BYTES.slice(from);
    const headers = { etag: '"list-7"', 'content-length': rest.length };
    if (from === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-999/1000` });
    const piece = rest.slice(0, bytesEach);
    response.write(piece, () => {
      if (piece.length === rest.length) response.end();
      else response.destroy();
    });
  };
}

const code = (value: string): unknown => expect.objectContaining({ code: value });

describe('hot lists over HTTP', () => {
  it('come over a line that breaks, each time from where it broke', async () => {
    const seen: string[] = [];
    const source = await sourceOf(breaking(300, seen));
    expect(await source.download('list', 7, 1_000)).toEqual(BYTES);
    expect(seen[0]).toBe('undefined undefined');
    expect(seen.at(-1)).toMatch(/^bytes=\d+- "list-7"$/);
    expect(seen.length).toBeGreaterThanOrEqual(4);
  });

  it('are left for later where nothing comes through any more', async () => {
    const seen: string[] = [];
    const source = await sourceOf((request, response) => {
      seen.push(String(request.url));
      response.destroy();
    });
    await expect(source.download('delta', 7, 10)).rejects.toThrow(code('UPLINK_UNREACHABLE'));
    expect(seen).toEqual(new Array(5).fill('/hotlist/deltas/7'));
    await expect(source.offer()).rejects.toThrow(code('UPLINK_UNREACHABLE'));
  });

  it('are left for later where the line is silent', async () => {
    const source = await sourceOf((_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.flushHeaders();
    });
    const download = source.download('list', 7, 10);
    await expect(download).rejects.toThrow('the line was silent for too long');
  });

  it('begin anew where another file lies there now', async () => {
    let count = 0;
    const source = await sourceOf((request, response) => {
      count += 1;
      if (count === 1) breaking(300)(request, response);
      else response.writeHead(200, { 'content-length': 1_000 }).end(BYTES);
    });
    expect(await source.download('list', 7, 1_000)).toEqual(BYTES);
  });

  it.each([
    ['more bytes than announced', 200, {}, new Uint8Array(1_001)],
    ['an error', 404, {}, Buffer.from('{"code":"HOTLIST_UNKNOWN"}')],
    ['a part that nobody asked for', 206, { 'content-range': 'bytes 5-9/10' }, BYTES],
  ])('are not taken from whoever sends %s', async (_what, status, headers, body) => {
    const source = await sourceOf((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    const download = source.download('list', 7, 1_000);
    await expect(download).rejects.toThrow(code('UPLINK_ANSWER_INVALID'));
  });

  it.each([
    ['a log-in page', 200, '<html>'],
    ['a list that is longer than any', 200, '{"sequence":1,"byteCount":18000089,"deltas":[]}'],
    ['a sequence that cannot be', 200, '{"sequence":0,"byteCount":1,"deltas":[]}'],
    ['an error of something else', 404, '{"code":"REQUEST_NOT_FOUND"}'],
  ])('are not looked for with %s', async (_what, status, body) => {
    const source = await sourceOf((_request, response) => response.writeHead(status).end(body));
    await expect(source.offer()).rejects.toThrow(code('UPLINK_ANSWER_INVALID'));
  });

  it('go from the issuer into the folder of a terminal', async () => {
    const served = await ServedBackend.start();
    const path = mkdtempSync(join(tmpdir(), 'kazasu-update-'));
    const folder = terminalFolder(path);
    const { backend } = served.scenario;
    writeFileSync(folder.samPath, samFileText('pos', 7));
    writeFileSync(folder.issuerKeyPath, backend.keystore.publicKeyPem);
    const source = httpHotListSource(served.url, milliseconds(10_000));
    const update = () => updateListFile(folder, source);
    const publish = async (...numbers: readonly number[]): Promise<void> => {
      for (const number of numbers) {
        const { idm } = await served.scenario.card(number);
        await hotListCard(backend, { idm, isListed: true }, NOON);
      }
      await publishHotListFiles(backend, {}, NOON);
    };
    expect(await update()).toEqual({ result: 'none', sequence: undefined });
    await publish(...Array.from({ length: 120 }, (_, index) => 65_537 * (index + 1)));
    expect(await update()).toEqual({ result: 'updated', sequence: 1, cards: 120, deltas: 0 });
    await publish(1);
    await publish(2);
    expect(await update()).toEqual({ result: 'updated', sequence: 3, cards: 122, deltas: 2 });
    expect(await update()).toEqual({ result: 'current', sequence: 3 });
    // The file is the very one that the issuer keeps.
    const kept = readFileSync(join(backend.hotLists.folder, 'hotlist-3.bin'));
    expect(readFileSync(folder.hotListPath)).toEqual(kept);
    writeFileSync(folder.hotListPath, 'damaged');
    expect(await update()).toMatchObject({ result: 'updated', sequence: 3, deltas: 0 });
    rmSync(path, { recursive: true });
    await served.stop();
  });
});
