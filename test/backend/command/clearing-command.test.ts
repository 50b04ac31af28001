import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addClearingCommands } from '../../../backend/command/clearing-command.ts';
import { Scenario } from '../scenario.ts';

let scenario: Scenario;
let said: string;

beforeEach(async () => {
  scenario = await Scenario.open();
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
  addClearingCommands(backend);
  await backend.parseAsync([name, '--data', scenario.folder, ...args], { from: 'user' });
  return said;
}

it('kazasu backend gaps lists what is missing, and write-off ends the wait', async () => {
  const till = await scenario.terminal(42);
  const card = await scenario.card(1);
  till.write(card, 1);
  till.close();
  till.write(card, 1);
  await scenario.upload(till, till.close());
  await scenario.stop();
  expect(await run('gaps')).toMatch(/^batches of terminal 42 {2}missing 1 /);
  const gap = ['--terminal', '42', '--first', '1', '--note', 'burnt'];
  expect(await run('write-off', ...gap)).toBe('Written off: batches of terminal 42, 1 to 1.\n');
  expect(await run('gaps', '--json')).toContain('"state":"written-off"');
  await run('write-off', '--sam', '42', '--first', '1', '--note', 'lost');
  expect(process.exitCode).toBe(3);
});

it('kazasu backend cases lists a case, shows its evidence, and close-case decides it', async () => {
  const till = await scenario.terminal(42);
  const card = await scenario.card(1, 500);
  till.write(card, 1);
  await scenario.upload(till, till.close());
  await scenario.stop();
  expect(await run('cases')).toContain('expected 0 yen before write 1, found 500 yen  open');
  expect(await run('cases', '--case', '1')).toContain('evidence: {');
  const close = ['--case', '1', '--decision', 'cleared', '--note', 'a test card'];
  expect(await run('close-case', ...close)).toBe('Case 1 is closed: cleared.\n');
  expect(await run('cases', '--all', '--json')).toContain('"note":"a test card"');
  const place = ['--latitude', '35.68', '--longitude', '139.77'];
  expect(await run('place-terminal', '--terminal', '42', ...place)).toBe(
    'Registered: terminal 42 at 35.68, 139.77.\n',
  );
  await run('place-terminal', '--terminal', '43', ...place);
  expect(process.exitCode).toBe(3);
});
