import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './quantile.ts';

const SYNC_SAMPLES = 100;
const PAGE_BYTES = 4096;

export interface Machine {
  readonly cpuModel: string;
  readonly coreCount: number;
  readonly nodeVersion: string;
  readonly platform: string;
  /** The median of one page appended and synced in the folder that the databases lie in. */
  readonly fdatasyncMs: number;
}

/** Durable figures mean nothing without what one sync costs here, so that is measured, too. */
export function describeMachine(): Machine {
  return {
    cpuModel: cpus()[0]?.model ?? 'unknown',
    coreCount: availableParallelism(),
    nodeVersion: process.version,
    platform: `${process.platform} ${release()}`,
    fdatasyncMs: fdatasyncTime(),
  };
}

function fdatasyncTime(): number {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
  const file = openSync(join(folder, 'sync'), 'w');
  const page = new Uint8Array(PAGE_BYTES).fill(1);
  const samples: number[] = [];
  for (let count = 0; count < SYNC_SAMPLES; count += 1) {
    const start = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    samples.push(performance.now() - start);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(samples);
}
