import type { UnsealedHit } from '#batch/hit-record';
import { idm as idmOf } from '#felica/identifiers';
import type { HotListHit } from '../debit/purse-journal.ts';
import type { SamIdentity } from '../sam/sam.ts';

/** A hit as the issuer is told of it, before the SAM sealed it. */
export function unsealedHitOf(
  { idm, time, sequence, isBlockedOnCard }: HotListHit,
  place: {
    readonly terminalId: number;
    readonly sam: Pick<SamIdentity, 'issuerId' | 'samId'>;
    readonly samNumber: number;
  },
): UnsealedHit {
  const { terminalId, sam, samNumber } = place;
  return {
    kind: 'hit',
    issuerId: sam.issuerId,
    idm: idmOf(idm),
    terminalId,
    samId: sam.samId,
    samNumber,
    listSequence: sequence,
    isBlockedOnCard,
    time,
  };
}
