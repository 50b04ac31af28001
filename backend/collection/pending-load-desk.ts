import type { KeyObject } from 'node:crypto';
import type { EpochMs } from '#units';
import { yen } from '#units';
import {
  decodePendingLoadRequest,
  isPendingLoadRequestAuthentic,
  type PendingLoadReply,
  type PendingLoadRequest,
  signPendingLoadReply,
} from '../batch/pending-load-message.ts';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import { readTerminal, type Terminal, terminalKeyOf } from '../issuer/terminal.ts';

/** In the order in which they are looked for (api.md). */
export type PendingLoadRefusal =
  | 'PENDING_LOAD_MALFORMED'
  | 'TERMINAL_UNKNOWN'
  | 'PENDING_LOAD_SIGNATURE_INVALID'
  | 'PENDING_LOAD_NOT_ALLOWED'
  | 'PENDING_LOAD_STALE';

export type PendingLoadReceipt =
  | { readonly result: 'answered'; readonly answer: Uint8Array }
  | { readonly result: 'refused'; readonly reason: PendingLoadRefusal; readonly detail: string };

export interface PendingLoadDeskOptions {
  readonly database: Database;
  /** The issuer's Ed25519 key. */
  readonly signingKey: KeyObject;
  readonly now: () => EpochMs;
}

/** Who repeats somebody's request later learns nothing new, and holds nothing up. */
const REQUEST_AGE_MS_MAX = 10 * 60 * 1000;

/** Tells load terminals what waits for the card in their field, and remembers whom it told. */
export class PendingLoadDesk {
  readonly #options: PendingLoadDeskOptions;

  constructor(options: PendingLoadDeskOptions) {
    this.#options = options;
  }

  /** `terminalId` is the one in whose name the bytes came. */
  async answer(terminalId: number, bytes: Uint8Array): Promise<PendingLoadReceipt> {
    const { database, signingKey, now } = this.#options;
    const request = decodePendingLoadRequest(bytes);
    if (request === undefined || request.terminalId !== terminalId) {
      return refused('PENDING_LOAD_MALFORMED', 'expected a request of this terminal');
    }
    const terminal = await readTerminal(database, terminalId);
    if (terminal === undefined) {
      return refused('TERMINAL_UNKNOWN', `terminal ${terminalId} is not enrolled`);
    }
    if (!isPendingLoadRequestAuthentic(terminalKeyOf(terminal), bytes)) {
      return refused('PENDING_LOAD_SIGNATURE_INVALID', `not signed by terminal ${terminalId}`);
    }
    if (terminal.kind !== 'load') {
      return refused('PENDING_LOAD_NOT_ALLOWED', `terminal ${terminalId} loads no cards`);
    }
    const age = Math.abs(now() - request.time);
    if (age > REQUEST_AGE_MS_MAX) {
      return refused(
        'PENDING_LOAD_STALE',
        "the terminal's clock is minutes away from the issuer's",
      );
    }
    const reply = await database.transaction((transaction) =>
      offer(transaction, { request, terminal, now: now() }),
    );
    return { result: 'answered', answer: signPendingLoadReply(signingKey, reply) };
  }
}

/** Offers up to this one hold their pending load no longer. */
const RELEASED_ID = (number: string): string =>
  `coalesce((SELECT max(offer_id) FROM pending_load_release AS released
    WHERE released.number = ${number}), 0)`;

/** What waits for a card, oldest first, with the newest offer of each that holds it. */
export const WAITING_STATEMENT: string = `
SELECT pending_load.number AS number, amount_yen, sam_id, card_counter FROM pending_load
LEFT JOIN pending_load_offer ON pending_load_offer.id = (
  SELECT id FROM pending_load_offer AS offer WHERE offer.number = pending_load.number
    AND offer.id > ${RELEASED_ID('pending_load.number')}
  ORDER BY id DESC LIMIT 1)
WHERE idm = ?1 AND NOT EXISTS (
  SELECT 1 FROM pending_load_payment AS paid WHERE paid.number = pending_load.number)
ORDER BY pending_load.number`;

interface OfferContext {
  readonly request: PendingLoadRequest;
  readonly terminal: Terminal;
  readonly now: EpochMs;
}

async function offer(
  transaction: Transaction,
  { request, terminal, now }: OfferContext,
): Promise<PendingLoadReply> {
  const inDoubt: number[] = [];
  for (const row of await transaction.all(WAITING_STATEMENT, [request.idm])) {
    const offeredAt = row['card_counter'] === null ? undefined : numberIn(row, 'card_counter');
    if (!(await mayOffer(transaction, request, offeredAt))) {
      // What this terminal was offered itself, it knows more of than the issuer.
      const isOwn = numberIn(row, 'sam_id') === terminal.samId;
      if (isOwn) inDoubt.push(numberIn(row, 'number'));
      else inDoubt.unshift(numberIn(row, 'number'));
      continue;
    }
    const number = numberIn(row, 'number');
    await transaction.run(
      `INSERT INTO pending_load_offer (number, sam_id, card_counter, offered_at_ms)
      SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (
        SELECT 1 FROM pending_load_offer WHERE number = ?1 AND sam_id = ?2 AND card_counter = ?3
          AND id > ${RELEASED_ID('?1')})`,
      [number, terminal.samId, request.cardCounter, now],
    );
    return { ...request, result: 'offered', number, amount: yen(numberIn(row, 'amount_yen')) };
  }
  const [number = 0] = inDoubt;
  return { ...request, number, amount: yen(0), result: number === 0 ? 'none' : 'in-doubt' };
}

/**
 * A card that stands where it stood at the last offer was not loaded since, and whoever was offered
 * something then can only load it as long as the card stands there. A card that went on may have been
 * loaded: its next write has to be known first, and to be something else.
 */
async function mayOffer(
  transaction: Transaction,
  { idm, cardCounter }: PendingLoadRequest,
  offeredAt: number | undefined,
): Promise<boolean> {
  if (offeredAt === undefined || offeredAt === cardCounter) return true;
  if (offeredAt > cardCounter) return false;
  const [next] = await transaction.all(NEXT_WRITE_STATEMENT, [idm, offeredAt + 1]);
  return next !== undefined;
}

const decidedWrite = (index: string, hasCertificate: 0 | 1): string => `
SELECT 1 FROM record INDEXED BY ${index}
LEFT JOIN resolution ON resolution.record_id = record.id
LEFT JOIN open_pending_load_report AS open
  ON open.sam_id = record.sam_id AND open.sam_number = record.sam_number
WHERE record.idm = ?1 AND record.card_counter = ?2 AND record.has_certificate = ${hasCertificate}
  AND (record.is_held = 0 OR resolution.outcome = 'released') AND open.sam_id IS NULL`;

/** The card has certified it, or what came after it has proven it; and it is decided. */
export const NEXT_WRITE_STATEMENT: string = `${decidedWrite('record_certified', 1)} UNION ALL${decidedWrite('record_uncertified', 0)}`;

function refused(reason: PendingLoadRefusal, detail: string): PendingLoadReceipt {
  return { result: 'refused', reason, detail };
}
