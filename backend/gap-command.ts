import { formatIdm, type IDm, idm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { GapOwner } from './collection/gap.ts';
import { type ListedGap, listGaps, writeOffGap } from './collection/gap-list.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome } from './outcome-text.ts';

const GAPS_LISTED_MAX = 1_000;

export interface WriteOffOptions {
  /** Exactly one of the three owners. */
  readonly terminal?: number;
  readonly sam?: number;
  readonly card?: IDm;
  readonly first: number;
  /** As `first` if absent. */
  readonly last?: number;
  readonly note: string;
}

/** What was never reported though later numbers were, the oldest first, and what to do about it. */
export async function listGapsOutcome({ database }: Backend, now: EpochMs): Promise<Outcome> {
  const gaps = await listGaps(database, { now, gapsMax: GAPS_LISTED_MAX });
  const rows = gaps.map((gap) => ({
    sequence: gap.of.sequence,
    owner: ownerName(gap.of),
    first: gap.first,
    last: gap.last,
    firstSeen: new Date(gap.firstSeen).toISOString(),
    ageDays: gap.ageDays,
    state: gap.state,
    todo: todoOf(gap),
  }));
  const lines = rows.map(
    ({ sequence, owner, first, last, ageDays, state, todo }) =>
      `${SUBJECT[sequence]} ${owner}  missing ${first === last ? first : `${first} to ${last}`}  ` +
      `${ageDays} days  ${state}  ${todo}`,
  );
  return { json: { gaps: rows }, lines: lines.length > 0 ? lines : ['Nothing is missing.'] };
}

/** Notes the decision not to wait for missing numbers any more. */
export async function writeOff(
  { database }: Backend,
  { first, last = first, note, ...owners }: WriteOffOptions,
  now: EpochMs,
): Promise<Outcome> {
  const of = ownerOf(owners);
  if (of === undefined || last < first) {
    const detail = 'name one of a terminal, a SAM and a card, and a first number before the last';
    return refusedOutcome({ reason: 'GAP_UNCLEAR', detail });
  }
  const { result } = await writeOffGap(database, { of, range: { first, last }, note }, now);
  const numbers = `${SUBJECT[of.sequence]} ${ownerName(of)}, ${first} to ${last}`;
  if (result === 'not-missing') {
    return refusedOutcome({ reason: 'GAP_UNKNOWN', detail: `${numbers}: not all are missing` });
  }
  const word = result === 'repeated' ? 'Written off before' : 'Written off';
  return { json: { result, owner: ownerName(of), first, last }, lines: [`${word}: ${numbers}.`] };
}

const SUBJECT: Readonly<Record<GapOwner['sequence'], string>> = {
  batch: 'batches of terminal',
  sam: 'records of SAM',
  card: 'writes of card',
};

function todoOf({ of: { sequence }, state }: ListedGap): string {
  if (state === 'written-off') return 'nothing; a late report is taken';
  if (sequence === 'batch') {
    return 'the terminal is asked at its next upload; else have it export and carry the files here';
  }
  if (sequence === 'sam') {
    return state === 'open'
      ? 'wait for a late batch; what follows is held'
      : 'look for the terminal and its journal; what follows is held';
  }
  return state === 'open'
    ? 'wait for the terminal that wrote the card'
    : 'look for terminals that are silent; decide, and write it off';
}

function ownerName(of: GapOwner): string {
  return of.sequence === 'card' ? formatIdm(idm(of.owner)) : String(of.owner);
}

function ownerOf({
  terminal,
  sam,
  card,
}: Pick<WriteOffOptions, 'terminal' | 'sam' | 'card'>): GapOwner | undefined {
  const owners: GapOwner[] = [];
  if (terminal !== undefined) owners.push({ sequence: 'batch', owner: terminal });
  if (sam !== undefined) owners.push({ sequence: 'sam', owner: sam });
  if (card !== undefined) owners.push({ sequence: 'card', owner: card });
  return owners.length === 1 ? owners[0] : undefined;
}
