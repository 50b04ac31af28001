import { describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import { listen } from '../../../backend/http/listen.ts';

describe('listen', () => {
  const local = { host: '127.0.0.1', port: 0 };

  it('takes a free port and tells which', async () => {
    const server = await listen((_request, response) => response.end('here'), local);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(server.url)).text()).toBe('here');
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('sends the last answer before it is closed', async () => {
    let answer: (() => void) | undefined;
    const server = await listen((_request, response) => {
      answer = () => response.end('late');
    }, local);
    const asked = fetch(server.url, { headers: { connection: 'close' } });
    while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
    const closed = server.close();
    answer();
    expect(await (await asked).text()).toBe('late');
    await closed;
  });

  it('breaks off what is not through in time', async () => {
    let isAsked = false;
    const server = await listen(() => {
      isAsked = true;
    }, local);
    const asked = fetch(server.url);
    const broken = expect(asked).rejects.toThrow();
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
    await server.close(milliseconds(1));
    await broken;
  });

  it('rejects where the port is taken', async () => {
    const server = await listen((_request, response) => response.end(), local);
    const port = Number(new URL(server.url).port);
    await expect(listen(() => undefined, { ...local, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await server.close();
  });
});
