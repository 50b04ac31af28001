import type { AuditFigures } from './auditor/report.ts';
import type { EpisodeResult } from './episode.ts';
import type { EpisodeTally } from './episode-tally.ts';

export interface SimulationRun {
  readonly seed: number;
  readonly episodeCount: number;
  readonly tally: EpisodeTally;
  readonly figures: AuditFigures;
  readonly seconds: number;
}

/** What is needed to run one episode again. */
export interface EpisodeName {
  readonly seed: number;
  readonly episode: number;
  readonly taps: number;
}

const NONE: AuditFigures = {
  onCardsAtStart: 0,
  loaded: 0,
  spent: 0,
  conjured: 0,
  onCardsAtEnd: 0,
  acceptedByIssuer: 0,
  heldByIssuer: 0,
  onItsWay: 0,
  inJournals: 0,
  unresolved: 0,
  refusedByIssuer: 0,
  purseWriteCount: 0,
  recordCount: 0,
};

export function emptyFigures(): AuditFigures {
  return NONE;
}

export function addFigures(first: AuditFigures, second: AuditFigures): AuditFigures {
  const names = Object.keys(NONE) as (keyof AuditFigures)[];
  return Object.fromEntries(
    names.map((name) => [name, first[name] + second[name]]),
  ) as unknown as AuditFigures;
}

export function runJson({ seed, episodeCount, tally, figures, seconds }: SimulationRun): string {
  const tapsPerSecond = Math.round(tally.taps / seconds);
  return JSON.stringify({ violations: [], seed, episodeCount, tapsPerSecond, ...tally, figures });
}

/** The run in words, with every yen that was spent in its place. */
export function runText(run: SimulationRun): readonly string[] {
  const { seed, episodeCount, tally, figures, seconds } = run;
  const { outcomes } = tally;
  return [
    `${count(tally.taps)} taps in ${count(episodeCount)} worlds, seed ${seed}: ` +
      `${count(Math.round(tally.taps / seconds))} taps a second`,
    `  ${count(tally.faults)} faults at a touch, ${count(outcomes.crashed)} crashes in it, ` +
      `${count(tally.restarts)} power cuts between two, ${count(tally.issuerCrashes)} at the issuer`,
    `  told: ${count(outcomes.approved)} approved, ${count(outcomes.refused)} refused, ` +
      `${count(outcomes.unresolved)} unresolved, ${count(outcomes['no-tap'])} no tap`,
    '',
    ...table([
      ['on all cards at the start', figures.onCardsAtStart],
      ['+ loaded', figures.loaded],
      ['- spent', figures.spent],
      ['+ made by older contents of chips', figures.conjured],
      ['= on all cards at the end', figures.onCardsAtEnd],
    ]),
    '',
    ...table([
      ['spent', figures.spent],
      ['= accepted by the issuer', figures.acceptedByIssuer],
      ['+ held by the issuer for evidence', figures.heldByIssuer],
      ['+ refused by the issuer, with a reason', figures.refusedByIssuer],
      ['+ on its way to the issuer', figures.onItsWay],
      ["+ in the terminals' journals", figures.inJournals],
      ['+ not yet known at the terminals', figures.unresolved],
    ]),
    '',
    'No yen was lost and none was made.',
  ];
}

/** What the auditor found wrong, and how to see it again. */
export function violationText(
  { seed, episode, taps }: EpisodeName,
  { report }: EpisodeResult,
  isJson: boolean,
): readonly string[] {
  const { violations } = report;
  if (isJson) return [JSON.stringify({ seed, episode, taps, ...report })];
  if (violations.length === 0) return ['Every yen was found.'];
  return [
    `Not sound: seed ${seed}, episode ${episode}, ${taps} taps.`,
    ...violations.map((violation) => `  ${violation}`),
    `Again: kazasu simulate --seed ${seed} --episode ${episode} --taps ${taps}`,
  ];
}

const LABEL_WIDTH = 44;
const AMOUNT_WIDTH = 18;

function table(rows: readonly (readonly [string, number])[]): readonly string[] {
  return rows.map(
    ([label, amount]) =>
      `  ${label.padEnd(LABEL_WIDTH)}${`${count(amount)} yen`.padStart(AMOUNT_WIDTH)}`,
  );
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
