import type { UnsealedRefundClaim } from '#batch/refund-claim';
import { idm as idmOf } from '#felica/identifiers';
import type { EpochMs, Yen } from '#units';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { SamIdentity } from '../sam/sam.ts';

/** A refund as the issuer is asked for it, before the SAM sealed it. */
export function unsealedClaimOf(
  sale: PurseIntent,
  amount: Yen,
  place: {
    readonly terminalId: number;
    readonly sam: Pick<SamIdentity, 'issuerId' | 'samId'>;
    readonly samNumber: number;
    readonly time: EpochMs;
  },
): UnsealedRefundClaim {
  const { terminalId, sam, samNumber, time } = place;
  return {
    kind: 'refund-claim',
    issuerId: sam.issuerId,
    idm: idmOf(sale.idm),
    cardCounter: sale.cardCounter,
    terminalId,
    samId: sam.samId,
    samNumber,
    terminalTransactionNumber: sale.terminalTransactionNumber,
    amount,
    time,
  };
}
