import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderCard } from '../../../card-emulator/command/card-remote.ts';
import { ServedCard } from '../../../card-emulator/command/served-card.ts';
import { SavedCard } from '../../../card-emulator/link/saved-card.ts';
import { createCardPage } from '../../../card-emulator/page/card-page.ts';
import { purseCard } from '../card/purse-card.ts';
import { frame } from '../card/test-card.ts';

const BROWSER = '/usr/bin/chromium';

let folder: string;
let imagePath: string;
let server: Server;
let url: string;
let served: ServedCard;
/** What was done with the card at its reader. */
let place: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kazasu-page-'));
  imagePath = join(folder, 'card.json');
  const card = purseCard();
  const saved = new SavedCard({ card, imagePath, onTorn: () => undefined });
  place = [];
  served = new ServedCard(card, saved, saved, {
    insert: () => place.push('insert'),
    remove: () => place.push('remove'),
  });
  server = createServer(createCardPage(served)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** The status of a request with headers that `fetch` would not send. */
async function statusOf(method: string, path: string, headers: Record<string, string>) {
  const asked = request(`${url}${path}`, { method, headers }).end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  return answer.statusCode;
}

describe('the page of a card', () => {
  it('shows the card, and keeps a policy that runs its own script only', async () => {
    const answer = await fetch(url);
    const page = await answer.text();
    expect(page).toContain('<p class="balance">0 yen</p>');
    expect(page).toContain('IDm 0102030405060708');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('shows what a reader says, newest first, and escapes what it shows', async () => {
    served.recordExchange(frame('00 4b5a 00 00'), undefined);
    served.recordExchange(frame('00 1234 00 00'), undefined);
    const page = await (await fetch(url)).text();
    expect(page.indexOf('system 1234')).toBeLessThan(page.indexOf('system 4b5a'));
    expect(page).toContain('&gt; Polling');
    expect(page).not.toContain('> Polling');
  });

  it('taps and pulls the card away', async () => {
    expect(await orderCard('tap', url)).toMatchObject({ isInField: true });
    expect(await orderCard('remove', url)).toMatchObject({ isInField: false });
    expect(place).toEqual(['insert', 'remove']);
  });

  it('blocks and unblocks, on disk before it answers', async () => {
    expect(await orderCard('block', url)).toMatchObject({ isBlocked: true });
    const blocked = await readFile(imagePath, 'utf8');
    expect(await orderCard('unblock', url)).toMatchObject({ isBlocked: false });
    expect(await readFile(imagePath, 'utf8')).not.toBe(blocked);
  });

  it('comes back to the page for a form without a script', async () => {
    const answer = await fetch(`${url}/tap`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  });

  it('answers to names of this machine only, and takes no order from another page', async () => {
    expect(await statusOf('GET', '/card', { host: 'evil.example' })).toBe(403);
    expect(await statusOf('GET', '/card', { host: 'localhost:1' })).toBe(200);
    expect(await statusOf('POST', '/block', { origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf('POST', '/block', { origin: 'null' })).toBe(403);
    expect(place).toEqual([]);
  });

  it('tells no key', async () => {
    const card = purseCard();
    const keys = [...card.image().matchAll(/"key": "([0-9a-f]{32})"/g)].map(([, key]) => key!);
    const told = `${await (await fetch(url)).text()}${await (await fetch(`${url}/card`)).text()}`;
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => told.includes(key))).toEqual([]);
  });

  it('knows no other path', async () => {
    expect((await fetch(`${url}/keys`)).status).toBe(404);
  });

  it('is not looked for at what is no address', async () => {
    await expect(orderCard('tap', 'notaurl')).rejects.toThrow('--at: expected an address');
  });

  it('says where to start one when no card is served', async () => {
    await expect(orderCard('tap', 'http://127.0.0.1:1')).rejects.toThrow('kazasu card serve');
  });
});

const isWanted = existsSync(BROWSER) || process.env['KAZASU_REQUIRE_BROWSER'] === '1';

describe.runIf(isWanted)('the page in a browser', () => {
  it('reads well there, with its script and style allowed', async () => {
    served.tap();
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=2500'];
    const { stdout } = await promisify(execFile)(BROWSER, [...args, '--dump-dom', url], {
      timeout: 60_000,
    });
    expect(stdout).toContain('<p class="balance">0 yen</p>');
    expect(stdout).toContain('over the reader');
    expect(stdout).toContain('Pull away');
  }, 90_000);
});
