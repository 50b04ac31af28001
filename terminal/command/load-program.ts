import { ConfigError, terminalFolder } from '../config.ts';
import { TerminalProgram, wallClock } from '../terminal-program.ts';
import type { FolderOption } from './folder-command.ts';

/** Opens a load terminal. Rejects with `ConfigError` `CONFIG_INVALID` for one with another SAM. */
export async function openLoadProgram({ data }: FolderOption): Promise<TerminalProgram> {
  const program = await TerminalProgram.open(terminalFolder(data), wallClock);
  const { kind } = program.sam;
  if (kind === 'load') return program;
  await program.close();
  const had = `this needs a load SAM, and this terminal has a ${kind} SAM`;
  throw new ConfigError('CONFIG_INVALID', had);
}
