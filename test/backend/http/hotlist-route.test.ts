import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem, ServedBackend } from './served-backend.ts';

describe('the hot lists over HTTP', () => {
  let served: ServedBackend;
  const list = new Uint8Array(300_000).map((_, index) => index % 251);
  const delta = Uint8Array.of(1, 2, 3);
  beforeAll(async () => {
    served = await ServedBackend.start();
  });
  afterAll(() => served.stop());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(new URL(path, served.url), { headers });
  const bytesOf = async (response: Response): Promise<Uint8Array> =>
    new Uint8Array(await response.arrayBuffer());

  it('are none before the first', async () => {
    expect(await served.request('/hotlist')).toEqual({
      status: 404,
      body: problem(404, 'HOTLIST_NONE', 'no hot list was published yet'),
    });
  });

  it('are told of without a token, and once: after that only when there is a newer one', async () => {
    const { hotLists } = served.scenario.backend;
    hotLists.keep({ sequence: 1, cardCount: 0, list, delta: undefined });
    const first = await get('/hotlist');
    expect(await first.json()).toEqual({ sequence: 1, byteCount: list.length, deltas: [] });
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const tag = first.headers.get('etag') ?? '';
    // Without it `fetch` would ask for a fresh answer in any case.
    const known = { 'if-none-match': tag, 'cache-control': 'max-age=0' };
    expect((await get('/hotlist', known)).status).toBe(304);
    hotLists.keep({ sequence: 2, cardCount: 0, list, delta });
    const second = await get('/hotlist', known);
    expect(await second.json()).toMatchObject({ deltas: [{ sequence: 2, byteCount: 3 }] });
  });

  it('come as they were published, and may be kept by whoever is on the way', async () => {
    const whole = await get('/hotlist/lists/2');
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    expect(whole.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(whole.headers.get('etag')).toBe('"list-2"');
    expect(await bytesOf(whole)).toEqual(list);
    expect(await bytesOf(await get('/hotlist/deltas/2'))).toEqual(delta);
    const known = { 'if-none-match': '"list-2"', 'cache-control': 'max-age=0' };
    expect((await get('/hotlist/lists/2', known)).status).toBe(304);
  });

  it('go on where a download broke, if it is still the same list', async () => {
    const rest = await get('/hotlist/lists/2', { range: 'bytes=299990-', 'if-range': '"list-2"' });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe('bytes 299990-299999/300000');
    expect(await bytesOf(rest)).toEqual(list.slice(299_990));
    const other = await get('/hotlist/lists/2', { range: 'bytes=299990-', 'if-range': '"list-1"' });
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, 300_000]);
    const behind = { headers: { range: 'bytes=300000-' } };
    expect(await served.request('/hotlist/lists/2', behind)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_MALFORMED' },
    });
  });

  it.each([
    ['/hotlist/lists/3', 'HOTLIST_UNKNOWN'],
    ['/hotlist/deltas/1', 'HOTLIST_UNKNOWN'],
    ['/hotlist/lists/0', 'REQUEST_NOT_FOUND'],
    ['/hotlist/lists/..%2fissuer-keys.json', 'REQUEST_NOT_FOUND'],
    ['/hotlist/deltas/2.bin', 'REQUEST_NOT_FOUND'],
  ])('%s answers 404 %s', async (path, code) => {
    expect(await served.request(path)).toMatchObject({ status: 404, body: { code } });
  });

  it('that a terminal stops reading harm nobody', async () => {
    const { hotLists } = served.scenario.backend;
    const large = new Uint8Array(12_000_000);
    hotLists.keep({ sequence: 3, cardCount: 0, list: large, delta: undefined });
    const abort = new AbortController();
    const response = await fetch(new URL('/hotlist/lists/3', served.url), { signal: abort.signal });
    await response.body?.getReader().read();
    abort.abort();
    expect(await served.request('/hotlist')).toMatchObject({ status: 200 });
  });
});
