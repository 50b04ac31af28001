import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openUdpLink, type UdpEvent } from '../../card-emulator/link/udp.ts';
import { IDM_0, testCard } from '../card-emulator/card/test-card.ts';

const PROGRAM = join(import.meta.dirname, 'udp-reader.py');
const STORY_MS_MAX = 20_000;

/** A suite that is skipped by name without Python, and fails where everything was asked for. */
function describeWithPython(name: string, suite: () => void): void {
  if (spawnSync('python3', ['--version']).status === 0) {
    describe(name, { timeout: STORY_MS_MAX }, suite);
  } else if (process.env['KAZASU_REQUIRE_PCSC'] === '1') {
    describe(name, () => {
      it('has what it needs', () => {
        throw new Error('python3 is missing');
      });
    });
  } else {
    describe.skip(`${name} (python3 is missing)`, suite);
  }
}

describeWithPython('a reader in Python, by UDP', () => {
  it('polls, reads the purse, repeats a lost decrement that is done once, and ends its field', async () => {
    const events: UdpEvent[] = [];
    const link = await openUdpLink({ port: 0, onEvent: (event) => void events.push(event) });
    onTestFinished(() => link.close());
    link.insert(testCard());
    const { stdout } = await promisify(execFile)('python3', [PROGRAM, String(link.port)]);
    await expect.poll(() => events.at(-1)).toMatchObject({ event: 'field-off', reason: 'RFOFF' });
    const story = stdout.trim().split('\n');
    expect(story.map((line): unknown => JSON.parse(line))).toEqual([
      { step: 'a system the card does not have', answer: null },
      { step: 'polled', idm: IDM_0, pmm: '0020ffffffffffff', systemCode: '4b5a' },
      { step: 'purse', balance: 10_000, cashback: 250, executionId: 1 },
      { step: 'decrement whose answer is thrown away', wasAnswered: true },
      { step: 'the same decrement again', flags: '0000' },
      { step: 'purse', balance: 9_700, cashback: 300, executionId: 2 },
      { step: 'authentication begun', wasAnswered: true, mode: 1 },
      { step: 'field off and on', mode: 0 },
    ]);
  });
});
