import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./debit-run.js', import.meta.url));

/** Two lengths of the same run: their difference has no opening and no closing of the file in it. */
export interface SyncPlan {
  readonly shortRun: number;
  /** Long enough, and the syncs of checkpoints are in the figure, too. */
  readonly longRun: number;
}

export type SyncCount =
  | {
      readonly result: 'counted';
      readonly syncsPerDebit: number;
      readonly shortRun: { readonly debits: number; readonly syncs: number };
      readonly longRun: { readonly debits: number; readonly syncs: number };
    }
  | { readonly result: 'not counted'; readonly reason: string };

/** How often a debit makes the kernel write to disk and wait, seen from outside the process. */
export function countSyncs({ shortRun, longRun }: SyncPlan): SyncCount {
  if (spawnSync('strace', ['-V']).status !== 0) return notCounted('install strace');
  if (!existsSync(PROGRAM)) return notCounted('compile with tsc -p test/bench');
  try {
    const shortSyncs = syncsOfRun(shortRun);
    const longSyncs = syncsOfRun(longRun);
    return {
      result: 'counted',
      syncsPerDebit: (longSyncs - shortSyncs) / (longRun - shortRun),
      shortRun: { debits: shortRun, syncs: shortSyncs },
      longRun: { debits: longRun, syncs: longSyncs },
    };
  } catch (error) {
    // A container may forbid tracing; the other figures are still true.
    return notCounted(`strace failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function syncsOfRun(debitCount: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
  const path = join(folder, 'syncs');
  const traced = ['-f', '-e', 'trace=fsync,fdatasync', '-o', path];
  try {
    execFileSync('strace', [...traced, process.execPath, PROGRAM, `${debitCount}`], {
      stdio: 'pipe',
    });
    // A call that another thread interrupts has a second line, "resumed", without a bracket.
    return readFileSync(path, 'utf8').match(/\bf(?:data)?sync\(/g)?.length ?? 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function notCounted(reason: string): SyncCount {
  return { result: 'not counted', reason };
}
