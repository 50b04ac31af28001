import { idm } from '#felica/identifiers';
import { type LiteIssueWrite, liteFirstIssue, liteSecondIssue } from '#purse/lite-s-profile';
import { businessDate, yen } from '#units';
import { type LiteCard, newLiteCard } from '../../../card-emulator/card/lite-card.ts';
import { I, OK, write } from '../card/lite-test-card.ts';
import { hex, toHex } from '../card/test-card.ts';

/** A master key that anybody may know. */
export const LITE_MASTER_KEY: Uint8Array = hex('0021ffa4872f1c4b159cf414c44e98b47c7999a031966be6');

export const LITE_KEY_VERSION = 1;

/** A card from the factory after both issues, in the field with what it has become. */
export function issuedLiteCard(): LiteCard {
  const card = newLiteCard({ kind: 'lite-s', idm: idm(hex(I)) });
  const keys = { masterKey: LITE_MASTER_KEY, keyVersion: LITE_KEY_VERSION };
  writeAll(card, liteFirstIssue({ idm: card.idm, ...keys }));
  writeAll(
    card,
    liteSecondIssue({
      keyVersion: LITE_KEY_VERSION,
      issuerId: 1,
      expiry: businessDate('2031-08-05'),
      isBlocked: false,
      balanceMax: yen(50_000),
      debitMax: yen(20_000),
    }),
  );
  card.powerOn();
  return card;
}

/** One stay in the field. */
function writeAll(card: LiteCard, writes: readonly LiteIssueWrite[]): void {
  card.powerOn();
  for (const { blockNumber, block } of writes) {
    const answer = write(card, blockNumber, toHex(block) ?? '');
    if (answer !== OK) throw new Error(`block ${blockNumber}: ${answer}`);
  }
  card.powerOff();
}
