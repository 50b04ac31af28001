import { encodeHistoryEntry } from '#purse/history-block';
import {
  cardCounterOf,
  encodePurseAmount,
  encodePurseBlock,
  executionIdOf,
} from '#purse/purse-block';
import { addYen, businessDateOf, type EpochMs, subtractYen, type Yen, yen } from '#units';
import type { OtherProfile, PurseSnapshot, PurseWriteKind } from './purse-card.ts';
import type { PurseIntent } from './purse-journal.ts';

export interface PurseRequest {
  readonly saleId: string;
  readonly kind: PurseWriteKind;
  readonly amount: Yen;
  /** Takes all there is where the balance is less: the rest is paid otherwise. */
  readonly payWhatIsLeft?: boolean;
  /** For a void: the sale that is given back. */
  readonly voided?: VoidedSale;
  /** For a load that no cash was taken for. */
  readonly fundedBy?: 'pending-load';
}

export type VoidedSale = Pick<PurseIntent, 'idm' | 'executionId'>;

/** What will be written for a request. */
export interface PurseWriteRequest extends PurseRequest {
  /** What the sale came to: more than `amount` where the purse held less. */
  readonly asked?: Yen;
}

export interface IntentContext {
  readonly idm: Uint8Array;
  readonly cardProfile?: OtherProfile | undefined;
  readonly terminalId: number;
  readonly terminalTransactionNumber: number;
  readonly keyVersion: number;
  readonly time: EpochMs;
  /** 16 bits that tie (terminal, terminal transaction number) into the execution ID. */
  readonly executionTag: number;
}

/** Chooses everything that the write will carry. The request has passed {@link refusalOf}. */
export function purseIntent(
  request: PurseWriteRequest,
  snapshot: PurseSnapshot,
  context: IntentContext,
): PurseIntent {
  const { purse } = snapshot;
  const { kind, amount } = request;
  const cardCounter = cardCounterOf(purse.executionId) + 1;
  // The counter differs from the stored one: a card answers success to the execution ID it already
  // holds, and takes nothing (M617 §3.4.4).
  const executionId = executionIdOf(cardCounter, context.executionTag);
  const balanceAfter =
    kind === 'debit' ? subtractYen(purse.balance, amount) : addYen(purse.balance, amount);
  const historyBlock = encodeHistoryEntry({
    kind: kind === 'void' ? 'cashback' : kind,
    cardCounter,
    terminalId: context.terminalId,
    terminalNumber: context.terminalTransactionNumber % 0x1_0000,
    amount,
    balanceAfter,
    date: businessDateOf(context.time),
  });
  const purseBlock =
    kind !== 'load'
      ? encodePurseAmount({ amount, executionId })
      : // A load sets the whole block, so that sending it again changes nothing. It leaves nothing
        // to give back by cashback.
        encodePurseBlock({ ...purse, balance: balanceAfter, cashback: yen(0), executionId });
  return {
    saleId: request.saleId,
    kind,
    idm: context.idm,
    ...(context.cardProfile && { cardProfile: context.cardProfile }),
    keyVersion: context.keyVersion,
    terminalTransactionNumber: context.terminalTransactionNumber,
    amount,
    ...(request.asked !== undefined && { asked: request.asked }),
    ...(request.fundedBy && { fundedBy: request.fundedBy }),
    balanceBefore: purse.balance,
    balanceAfter,
    cardCounter,
    executionId,
    ...(snapshot.lastCertificate && { certificateBefore: snapshot.lastCertificate }),
    time: context.time,
    purseBlock,
    historyBlock,
  };
}
