import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { httpUplink } from '../../../terminal/batch/http-uplink.ts';

const BATCH = Uint8Array.of(1, 2, 3);
let server: Server | undefined;

async function serverAt(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('httpUplink', () => {
  it('posts the bytes to the path of the terminal and gives status and JSON', async () => {
    const seen: unknown[] = [];
    const url = await serverAt((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = [...Buffer.concat(chunks)];
        seen.push([request.method, request.url, request.headers['content-type'], body]);
        response.writeHead(201).end('{"result":"stored"}');
      });
    });
    const answer = await httpUplink(url, milliseconds(5_000)).send(42, BATCH);
    expect(answer).toEqual({ status: 201, body: { result: 'stored' } });
    expect(seen).toEqual([
      ['POST', '/terminals/42/batches', 'application/octet-stream', [1, 2, 3]],
    ]);
  });

  it('gives no body where a proxy answers with a page, or with more than any answer has', async () => {
    const page = await serverAt((_request, response) => response.end('<html>'));
    expect(await httpUplink(page, milliseconds(5_000)).send(42, BATCH)).toEqual({
      status: 200,
      body: undefined,
    });
    server?.close();
    const flood = await serverAt((_request, response) => {
      response.on('error', () => undefined);
      response.end(' '.repeat(1_000_000));
    });
    expect(await httpUplink(flood, milliseconds(5_000)).send(42, BATCH)).toMatchObject({
      body: undefined,
    });
  });

  it('is unreachable when nobody listens, nobody answers in time, or the answer points elsewhere', async () => {
    const unreachable = { code: 'UPLINK_UNREACHABLE' };
    const nobody = httpUplink('http://127.0.0.1:9', milliseconds(5_000));
    await expect(nobody.send(42, BATCH)).rejects.toMatchObject(unreachable);
    const silent = await serverAt(() => undefined);
    await expect(httpUplink(silent, milliseconds(100)).send(42, BATCH)).rejects.toMatchObject(
      unreachable,
    );
    const elsewhere = await serverAt((_request, response) =>
      response.writeHead(308, { location: 'http://127.0.0.1:9/' }).end(),
    );
    await expect(httpUplink(elsewhere, milliseconds(5_000)).send(42, BATCH)).rejects.toMatchObject(
      unreachable,
    );
  });
});
