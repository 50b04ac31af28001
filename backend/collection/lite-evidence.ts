import { individualCardKey } from '#felica/lite-s-mac';
import {
  decodeLiteEvidence,
  encodeLiteEvidence,
  liteChallenge,
  liteEvidenceMac,
} from '#purse/lite-s-evidence';
import { liteIdBlock } from '#purse/lite-s-profile';
import { encodePurseBlock } from '#purse/purse-block';
import { yen } from '#units';
import { certifiedWriteOf, type PurseRecord } from '../batch/record.ts';

const USER_DATA_BYTES = 4;

/**
 * The evidence that a record of a Lite-S must have if the card, or whoever has its key, held the
 * purse and the log entry that it names, in a session whose challenge its own SAM chose. `undefined` where the record
 * has none, as for a Standard card. `samKey` is the key of the SAM's records; `masterOf` gives 24 bytes,
 * which are erased.
 */
export function expectedLiteEvidence(
  record: PurseRecord,
  samKey: Uint8Array,
  masterOf: (keyVersion: number) => Uint8Array,
): Uint8Array | undefined {
  const { cardProfile, certificate, idm } = record;
  if (cardProfile !== 'lite-s' || certificate === undefined) return undefined;
  const { seed, writeCount } = decodeLiteEvidence(certificate);
  const masterKey = masterOf(record.keyVersion);
  const cardKey = individualCardKey(masterKey, liteIdBlock(idm));
  const challenge = liteChallenge(samKey, idm, seed);
  const mac = liteEvidenceMac({
    cardKey,
    challenge,
    cardCounter: record.cardCounter,
    purseBlock: purseBlockOf(record),
    historyBlock: certifiedWriteOf(record).history,
    writeCount,
  });
  cardKey.fill(0);
  masterKey.fill(0);
  return encodeLiteEvidence({ mac, seed, writeCount });
}

/** Only a debit leaves something to give back. Nobody writes user data. */
function purseBlockOf({ kind, amount, balanceAfter, executionId }: PurseRecord): Uint8Array {
  return encodePurseBlock({
    balance: balanceAfter,
    cashback: kind === 'debit' ? amount : yen(0),
    userData: new Uint8Array(USER_DATA_BYTES),
    executionId,
  });
}
