import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { formatIdm } from '#felica/identifiers';
import { addCardsCommand } from '../../../backend/command/card-end-command.ts';
import { later, Scenario } from '../scenario.ts';

let scenario: Scenario;
let said: string;

beforeEach(async () => {
  scenario = await Scenario.open();
  vi.useFakeTimers({ toFake: ['Date'], now: scenario.clock });
  const collect = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(collect);
  vi.spyOn(process.stdout, 'write').mockImplementation(collect);
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await scenario.start();
  await scenario.remove();
});

async function run(name: string, ...args: readonly string[]): Promise<string> {
  said = '';
  process.exitCode = undefined;
  const backend = new Command('backend');
  addCardsCommand(backend);
  const words = ['cards', name, '--data', scenario.folder, ...args];
  await backend.parseAsync(words, { from: 'user' });
  return said.replace(/^.*issuer-keys\.json.*\n/gmu, '');
}

it('kazasu backend cards replaces a lost card and closes another, to the last yen', async () => {
  const kiosk = await scenario.terminal(9, 'load');
  const cards = [await scenario.card(1, 0), await scenario.card(2, 0), await scenario.card(3, 0)];
  const [lost = '', fresh = '', left = ''] = cards.map((card) => formatIdm(card.idm));
  for (const card of [cards[0], cards[2]]) if (card) kiosk.write(card, 700);
  await scenario.upload(kiosk, kiosk.close());
  await scenario.stop();

  const note = ['--note', 'desk 3'];
  expect(await run('replace', '--card', lost, '--by', fresh, ...note)).toContain(
    'REPLACEMENT_CARD_ANONYMOUS',
  );
  expect(process.exitCode).toBe(3);
  for (const card of [lost, left]) {
    expect(await run('register', '--card', card, '--owner', 'customer 81')).toContain(
      'Registered: ',
    );
  }
  expect(await run('replace', '--card', lost, '--by', fresh, ...note)).toContain(
    `Registered: card ${lost} is replaced by ${fresh}.\nPublish the hot list now`,
  );
  expect(await run('close', '--card', left, '--refund', 'small', ...note)).toContain(
    `Registered: card ${left} is closed.`,
  );
  expect(await run('move-value', '--card', lost)).toContain('REPLACEMENT_QUIET');
  vi.setSystemTime(later(scenario.clock, 7));
  expect(await run('move-value', '--card', lost)).toContain(`700 yen wait for card ${fresh}`);
  expect(await run('move-value', '--card', lost)).toContain('There is nothing to move.');
  expect(await run('move-value', '--card', left)).toContain('owed to the owner: refund 2.');
  expect(await run('paid', '--refund', '2', '--note', 'wire 77')).toContain(
    'Refund 2 is paid: 700 yen.',
  );
  expect(await run('paid', '--refund', '1', '--note', 'wire 78')).toContain('REFUND_UNKNOWN');
  expect(await run('ended', '--json')).toContain(`"card":"${left}"`);
  expect((await run('ended')).trim().split('\n')).toHaveLength(2);
});
