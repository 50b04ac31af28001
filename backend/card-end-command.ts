import { formatIdm, type IDm } from '#felica/identifiers';
import { type EpochMs, formatYen, signedYen, yen } from '#units';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome, registrationOutcome } from './outcome-text.ts';
import { closeCard, registerOwner, replaceCard } from './replacement/card-end.ts';
import { listEndedCards, moveValue, notePayment } from './replacement/move-value.ts';
import { QUIET_DAYS, type RefundReason } from './replacement/replacement-rule.ts';

const LISTED_MAX = 1_000;

export interface CardOption {
  readonly card: IDm;
}

export async function cardOwner(
  { database }: Backend,
  { card, owner }: CardOption & { readonly owner: string },
  now: EpochMs,
): Promise<Outcome> {
  const noted = await registerOwner(database, { idm: card, owner }, now);
  return registrationOutcome(noted, `card ${formatIdm(card)} belongs to ${owner}`);
}

export async function cardReplacement(
  { database }: Backend,
  { card, by, note }: CardOption & { readonly by: IDm; readonly note: string },
  now: EpochMs,
): Promise<Outcome> {
  const ended = await replaceCard(database, { idm: card, newIdm: by, note }, now);
  const names = `card ${formatIdm(card)} is replaced by ${formatIdm(by)}`;
  return withNextStep(registrationOutcome(ended, names));
}

export async function cardClosing(
  { database }: Backend,
  { card, refund, note }: CardOption & { readonly refund?: RefundReason; readonly note: string },
  now: EpochMs,
): Promise<Outcome> {
  const ended = await closeCard(database, { idm: card, refund, note }, now);
  const outcome = registrationOutcome(ended, `card ${formatIdm(card)} is closed`);
  return refund === undefined ? outcome : withNextStep(outcome);
}

/** Moves what an ended card has, once everything that was received is verified. */
export async function cardValue(
  { database, verifier }: Backend,
  { card }: CardOption,
  now: EpochMs,
): Promise<Outcome> {
  await verifier.verifyPending();
  const moved = await moveValue(database, card, now);
  if (moved.result === 'refused') return refusedOutcome(moved);
  if (moved.result === 'nothing') {
    return { json: { result: 'nothing' }, lines: ['There is nothing to move.'] };
  }
  const { id, amount, to } = moved;
  const lines =
    to === 'owner'
      ? [
          `${formatYen(amount)} are owed to the owner: refund ${id}.`,
          'When it is paid: kazasu backend cards paid.',
        ]
      : [`${formatYen(amount)} wait for card ${formatIdm(to)}, at any load terminal.`];
  return {
    json: { result: 'moved', id, amount, to: to === 'owner' ? to : formatIdm(to) },
    lines,
  };
}

export async function refundPayment(
  { database }: Backend,
  { refund: id, note }: { readonly refund: number; readonly note: string },
  now: EpochMs,
): Promise<Outcome> {
  const paid = await notePayment(database, { id, note }, now);
  if (paid.result === 'unknown') {
    return refusedOutcome({ reason: 'REFUND_UNKNOWN', detail: `there is no refund ${id}` });
  }
  const word = paid.result === 'paid' ? 'is' : 'was before';
  return {
    json: { ...paid, id },
    lines: [`Refund ${id} ${word} paid: ${formatYen(paid.amount)}.`],
  };
}

export async function endedCards({ database }: Backend): Promise<Outcome> {
  const cards = await listEndedCards(database, LISTED_MAX);
  const lines = cards.map(({ card, newCard, refund, ended, balance, moved }) => {
    const way = newCard === undefined ? closingWord(refund) : `replaced by ${newCard}`;
    const left = formatYen(signedYen(balance));
    return `${card}  ${way}  ended ${ended}  moved ${formatYen(yen(moved))}  left ${left}`;
  });
  return { json: { cards }, lines: lines.length > 0 ? lines : ['No card has ended.'] };
}

function closingWord(refund: string | undefined): string {
  return refund === undefined ? 'closed' : `closed with a refund (${refund})`;
}

function withNextStep(outcome: Outcome): Outcome {
  if (outcome.exitCode !== undefined) return outcome;
  return {
    ...outcome,
    lines: [
      ...outcome.lines,
      'Publish the hot list now: kazasu backend hotlist publish.',
      `In ${QUIET_DAYS} days move its value: kazasu backend cards move-value.`,
    ],
  };
}
