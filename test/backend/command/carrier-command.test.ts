import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addCarrierCommand } from '../../../backend/command/carrier-command.ts';
import { Scenario } from '../scenario.ts';

let scenario: Scenario;
let said: string;

beforeEach(async () => {
  scenario = await Scenario.open();
  await scenario.stop();
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await scenario.start();
  await scenario.remove();
});

async function run(name: string, ...args: readonly string[]): Promise<string> {
  said = '';
  const backend = new Command('backend');
  addCarrierCommand(backend);
  const typed = ['carrier', name, '--data', scenario.folder, ...args];
  await backend.parseAsync(typed, { from: 'user' });
  return said;
}

it('kazasu backend carrier registers a subscriber, shows the bill, and locks the phone', async () => {
  const phone = ['--phone', '+819012345678', '--name', 'Hanako'];
  expect(await run('add-subscriber', '--subscriber', '1', ...phone)).toBe(
    'Registered: subscriber 1, Hanako.\n',
  );
  expect(await run('subscribers')).toContain('Hanako, up to 10,000 yen a month');
  const bill = await run('bill', '--subscriber', '1', '--month', '2026-11');
  expect(bill).toContain('Phone bill of subscriber 1, 2026-11');
  expect(await run('lock', '--subscriber', '1', '--by', 'desk 3')).toBe(
    'Ordered: lock the phone of subscriber 1; it waits for the phone.\n',
  );
  expect(JSON.parse(await run('unlock', '--subscriber', '1', '--by', 'x', '--json'))).toMatchObject(
    {
      action: 'unlock',
    },
  );
  await run('bill', '--subscriber', '2', '--month', '2026-11');
  expect(process.exitCode).toBe(3);
});
