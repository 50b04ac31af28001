import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mistake that somebody could make, as a change of the compiled program. */
export interface Mutation {
  /** What the mistake is, in words. */
  readonly mistake: string;
  readonly edits: readonly Edit[];
  /** Where it shows, for a mistake that needs a rare meeting of events. */
  readonly episode?: { readonly seed: number; readonly number: number };
}

export interface Edit {
  /** Below `dist/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const PARTS = ['backend', 'card-emulator', 'terminal', 'test/simulation'];

/**
 * Copies the compiled program of `root` into a folder of its own, with the mistake in it. Throws
 * `RangeError` if an edit does not fit any more: then the list must follow the code.
 */
export function mutatedCopy(root: string, { mistake, edits }: Mutation): string {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-mutation-'));
  for (const part of PARTS) {
    cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true });
  }
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of edits) {
    const path = join(folder, 'dist', file);
    const pieces = readFileSync(path, 'utf8').split(from);
    if (pieces.length !== 2) {
      throw new RangeError(`${mistake}: ${file} has ${pieces.length - 1} places like ${from}`);
    }
    writeFileSync(path, pieces.join(to));
  }
  return folder;
}
