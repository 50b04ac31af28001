import { formatIdm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import {
  type CaseClosing,
  closeCase,
  type FraudCase,
  listCases,
  readCase,
} from './collection/case-list.ts';
import { placeTerminal, type TerminalPlace } from './issuer/terminal-site.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome, registrationOutcome } from './outcome-text.ts';

const CASES_LISTED_MAX = 1_000;

/** The open cases of fraud, or all with `all`, or one with its evidence. */
export async function showCases(
  { database }: Backend,
  { all = false, case: id }: { readonly all?: boolean; readonly case?: number },
): Promise<Outcome> {
  if (id === undefined) {
    const cases = await listCases(database, { isAll: all, casesMax: CASES_LISTED_MAX });
    const lines = cases.map(lineOf);
    return {
      json: { cases: cases.map(factsOf) },
      lines: lines.length > 0 ? lines : ['No case is open.'],
    };
  }
  const known = await readCase(database, id);
  if (known === undefined) return unknown(id);
  const { note, evidence } = known;
  return {
    json: { case: factsOf(known) },
    lines: [
      lineOf(known),
      `evidence: ${evidence}`,
      ...(note === undefined ? [] : [`note: ${note}`]),
    ],
  };
}

/** Decides a case. Whether its card stays on the hot list is decided apart. */
export async function decideCase(
  { database }: Backend,
  closing: CaseClosing,
  now: EpochMs,
): Promise<Outcome> {
  const result = await closeCase(database, closing, now);
  if (result === 'unknown') return unknown(closing.id);
  if (result === 'decided-otherwise') {
    const detail = `case ${closing.id} was decided otherwise`;
    return refusedOutcome({ reason: 'CASE_DECIDED', detail });
  }
  const word = result === 'closed' ? 'is' : 'was before';
  const { id, decision } = closing;
  return { json: { result, id, decision }, lines: [`Case ${id} ${word} closed: ${decision}.`] };
}

/** Says where a terminal stands. */
export async function registerPlace(backend: Backend, place: TerminalPlace): Promise<Outcome> {
  const placed = await placeTerminal(backend.database, place);
  const { terminal, latitude, longitude } = place;
  return registrationOutcome(placed, `terminal ${terminal} at ${latitude}, ${longitude}`);
}

function unknown(id: number): Outcome {
  return refusedOutcome({ reason: 'CASE_UNKNOWN', detail: `there is no case ${id}` });
}

function lineOf(known: FraudCase): string {
  const { id, kind, card, samId, expected, found, hasListedCard, decision } = known;
  const about = card === undefined ? `SAM ${samId}` : `card ${formatIdm(card)}`;
  const listed = hasListedCard ? '  its card is on the hot list' : '';
  return `${id}  ${kind}  ${about}  expected ${expected}, found ${found}  ${decision ?? 'open'}${listed}`;
}

function factsOf(known: FraudCase): Readonly<Record<string, unknown>> {
  const { card, samId, openedAt, evidence, decision, note, ...facts } = known;
  return {
    ...facts,
    card: card === undefined ? null : formatIdm(card),
    samId: samId ?? null,
    openedAt: new Date(openedAt).toISOString(),
    evidence: JSON.parse(evidence) as unknown,
    decision: decision ?? null,
    note: note ?? null,
  };
}
