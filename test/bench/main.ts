import { Command } from 'commander';
import { benchText } from './bench-text.ts';
import { runBench } from './run-bench.ts';

interface BenchOptions {
  readonly json?: true;
  readonly quick?: true;
  readonly postgresql?: string;
}

const command = new Command('npm run bench --')
  .description('Measure debits, the emulated card and the collection on this machine')
  .option('--json', 'print one JSON object')
  .option('--quick', 'a few rounds only: shows that it runs, and no rates to rely on')
  .option(
    '--postgresql <address>',
    'collect there and not into SQLite files: postgresql://USER@HOST/DATABASE?schema=NAME, unused',
  )
  .addHelpText(
    'after',
    '\nWhat is being measured goes to standard error. The databases lie in the folder for temporary\n' +
      'files; set TMPDIR to measure another disk. Exit status: 0, or 1 if a record was not accepted or\n' +
      'the books do not sum to zero. A missed target is printed and is no failure.',
  )
  .action(async (options: BenchOptions) => {
    const choice = { isQuick: options.quick === true, databaseAddress: options.postgresql };
    const figures = await runBench(choice, (line) => process.stderr.write(`bench: ${line}\n`));
    const text = options.json === true ? JSON.stringify(figures, null, 2) : benchText(figures);
    process.stdout.write(`${text}\n`);
  });

await command.parseAsync();
