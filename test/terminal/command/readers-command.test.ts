import { Command } from 'commander';
import { expect, it } from 'vitest';
import { readersCommand } from '../../../terminal/command/readers-command.ts';

// What it prints is tested with a real PC/SC service, in test/contract.
it('kazasu terminal readers tells its exit statuses', () => {
  const terminal = new Command('terminal');
  readersCommand(terminal);
  const [readers] = terminal.commands;
  const help: string[] = [];
  readers?.configureOutput({ writeOut: (text) => void help.push(text) }).outputHelp();
  expect(help.join()).toContain('3 something is');
  expect(help.join()).toContain('--json');
});
