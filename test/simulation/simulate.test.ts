import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

/** More in CI; the same seed always, so that a red run is red everywhere. */
const TAPS = Number(process.env['SIMULATION_TAPS'] ?? 4_000);
const SEED = Number(process.env['SEED'] ?? 20_261_123);
const TIMEOUT_MS = 45 * 60_000;

interface Run {
  readonly isSound: boolean;
  readonly lines: readonly string[];
}

async function run(options: {
  readonly taps: number;
  readonly episode?: number;
  readonly isJson?: boolean;
}): Promise<Run> {
  const lines: string[] = [];
  const isSound = await simulate({
    seed: SEED,
    taps: options.taps,
    episode: options.episode,
    isJson: options.isJson ?? false,
    print: (line) => lines.push(line),
    progress: () => undefined,
  });
  return { isSound, lines };
}

describe('a simulated town', { timeout: TIMEOUT_MS }, () => {
  it(`loses no yen and makes none in ${TAPS} taps with faults everywhere`, async () => {
    const { isSound, lines } = await run({ taps: TAPS, isJson: true });
    expect(lines).toHaveLength(1);
    const { violations, figures, outcomes, faults, issuerCrashes } = JSON.parse(lines[0]!);
    expect(violations).toEqual([]);
    expect(isSound).toBe(true);
    // It is no town where nothing happens.
    expect(faults).toBeGreaterThan(TAPS / 10);
    expect(outcomes.unresolved).toBeGreaterThan(TAPS / 200);
    expect(outcomes.crashed).toBeGreaterThan(TAPS / 200);
    expect(issuerCrashes).toBeGreaterThan(TAPS / 500);
    expect(figures.acceptedByIssuer).toBeGreaterThan(0);
  });

  it('tells the same story for the same seed, word for word', async () => {
    const first = await run({ taps: 120, episode: 3 });
    const second = await run({ taps: 120, episode: 3 });
    expect(first.lines.length).toBeGreaterThan(120);
    expect(first.lines).toEqual(second.lines);
    expect(first.lines.at(-1)).toBe('Every yen was found.');
    const other = await run({ taps: 120, episode: 4 });
    expect(other.lines).not.toEqual(first.lines);
  });

  it('says in words what it did, and where every yen is', async () => {
    const { lines } = await run({ taps: 150 });
    const text = lines.join('\n');
    expect(text).toMatch(/\d+ taps in 1 worlds, seed \d+: [\d,]+ taps a second/);
    expect(text).toMatch(/= on all cards at the end +[\d,]+ yen/);
    expect(text).toContain('No yen was lost and none was made.');
  });
});
