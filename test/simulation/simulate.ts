import { type EpisodeResult, runEpisode } from './episode.ts';
import { addTallies, emptyTally } from './episode-tally.ts';
import { episodeSeed } from './odds.ts';
import { addFigures, emptyFigures, runJson, runText, violationText } from './run-text.ts';

/** So many touches make one world: enough for a day, few enough to read its story. */
export const TAPS_PER_EPISODE = 400;
const PROGRESS_EVERY_MS = 500;

export interface SimulateOptions {
  readonly taps: number;
  readonly seed: number;
  /** Only this episode, and its story. */
  readonly episode: number | undefined;
  readonly isJson: boolean;
  readonly print: (line: string) => void;
  readonly progress: (line: string) => void;
}

/**
 * Runs episodes until there were so many taps. Resolves with whether every yen was found in every
 * one of them; the first in which it was not ends the run, with its story.
 */
export async function simulate(options: SimulateOptions): Promise<boolean> {
  const { seed, episode, print, isJson } = options;
  if (episode !== undefined) return tellEpisode(options, episode);
  const start = performance.now();
  let lastProgress = start;
  let tally = emptyTally();
  let figures = emptyFigures();
  let episodeCount = 0;
  while (tally.taps < options.taps) {
    const taps = Math.min(TAPS_PER_EPISODE, options.taps - tally.taps);
    const result = await runOne(seed, episodeCount, taps);
    if (result.report.violations.length > 0) {
      for (const line of violationText({ seed, episode: episodeCount, taps }, result, isJson)) {
        print(line);
      }
      if (!isJson) await tellEpisode(options, episodeCount);
      return false;
    }
    episodeCount += 1;
    tally = addTallies(tally, result.tally);
    figures = addFigures(figures, result.report.figures);
    const now = performance.now();
    if (now - lastProgress > PROGRESS_EVERY_MS) {
      lastProgress = now;
      const perSecond = Math.round((tally.taps / (now - start)) * 1_000);
      options.progress(`${tally.taps} of ${options.taps} taps, ${perSecond}/s`);
    }
  }
  const seconds = (performance.now() - start) / 1_000;
  const run = { seed, episodeCount, tally, figures, seconds };
  for (const line of isJson ? [runJson(run)] : runText(run)) print(line);
  return true;
}

function runOne(
  seed: number,
  episode: number,
  taps: number,
  tell: (text: string) => void = () => undefined,
): Promise<EpisodeResult> {
  return runEpisode({ seed: episodeSeed(seed, episode), taps, tell });
}

async function tellEpisode(options: SimulateOptions, episode: number): Promise<boolean> {
  const { seed, print, isJson } = options;
  const taps = Math.min(TAPS_PER_EPISODE, options.taps);
  let step = 0;
  const result = await runOne(seed, episode, taps, (text) => {
    step += 1;
    if (!isJson) print(`${step}. ${text}`);
  });
  for (const line of violationText({ seed, episode, taps }, result, isJson)) print(line);
  return result.report.violations.length === 0;
}
