import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { readBalances } from '../../backend/ledger/books.ts';
import { merchantPayableOf } from '../../backend/ledger/chart-of-accounts.ts';
import { closeWindow } from '../../backend/settlement/close-window.ts';
import { MERCHANT_ID, Scenario, type TestTerminal } from '../backend/scenario.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/backend/main.js', import.meta.url));
const TIMEOUT = { timeout: 180_000 };
const KILLS = 4;
const TERMINALS = 3;
/** Some of the kills come in the middle of storing or of verifying. */
const UPLOAD_MS_MAX = 150;
const ANSWER_MS_MAX = 5_000;

let scenario: Scenario;
let server: ChildProcess | undefined;

/** Over PostgreSQL too, where there is a server. */
const SERVER: string | undefined = inject('postgresAddress');
const databaseAddress = SERVER && `${SERVER}&schema=killed`;

beforeEach(async () => {
  scenario = await Scenario.open({ feeRate: 0, commissionRate: 0, databaseAddress });
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await scenario.remove();
});

/** Starts the program and resolves with its address. */
async function serve(): Promise<string> {
  const args = ['serve', '--data', scenario.folder, '--port', '0', '--json'];
  server = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  if (text === '') throw new Error('nothing was said');
  return JSON.parse(text).url;
}

async function kill(): Promise<void> {
  if (server === undefined) return;
  if (server.exitCode !== null) throw new Error(`ended by itself: ${server.exitCode}`);
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

/** The status of an upload, or `undefined` where the program died before it answered. */
async function upload(
  url: string,
  terminalId: number,
  batch: Uint8Array,
): Promise<number | undefined> {
  const headers = { 'content-type': 'application/octet-stream' };
  const body = Buffer.from(batch);
  try {
    const path = `${url}/terminals/${terminalId}/batches`;
    // A connection that was just being made to what died is told nothing.
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch(path, { method: 'POST', headers, body, signal });
    await answer.json();
    return answer.status;
  } catch {
    return undefined;
  }
}

describe('a backend that is killed again and again', () => {
  it('has all that it acknowledged, and counts it once', TIMEOUT, async () => {
    const tills: TestTerminal[] = [];
    for (let number = 1; number <= TERMINALS; number += 1) {
      tills.push(await scenario.terminal(number));
    }
    const card = await scenario.card(1, 1_000_000);
    await scenario.stop();
    const sent: { readonly terminalId: number; readonly batch: Uint8Array }[] = [];
    const acknowledged = new Set<Uint8Array>();

    for (let round = 0; round < KILLS; round += 1) {
      const url = await serve();
      const end = performance.now() + Math.random() * UPLOAD_MS_MAX;
      const killed = new Promise((resolve) => setTimeout(resolve, end - performance.now()));
      const uploads = tills.map(async (till) => {
        while (performance.now() < end) {
          till.write(card, 1);
          const batch = till.close();
          sent.push({ terminalId: till.terminalId, batch });
          const status = await upload(url, till.terminalId, batch);
          if (status !== undefined) acknowledged.add(batch);
          else break;
        }
      });
      await killed;
      await kill();
      await Promise.all(uploads);
      // What it had no answer to is sent again, as a terminal does, before anything new.
      const again = await serve();
      for (const { terminalId, batch } of sent) {
        const status = await upload(again, terminalId, batch);
        if (acknowledged.has(batch)) expect(status).toBe(200);
        else expect([200, 201]).toContain(status);
        acknowledged.add(batch);
      }
      await kill();
    }

    expect(sent.length).toBeGreaterThan(KILLS);
    await scenario.start();
    expect((await closeWindow(scenario.backend.settlement)).result).toBe('closed');
    const balances = await readBalances(scenario.backend.database);
    expect(-(balances.get(merchantPayableOf(MERCHANT_ID)) ?? 0)).toBe(sent.length);
    expect(await scenario.findings()).toEqual([]);
  });
});
