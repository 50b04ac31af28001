import { expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import { encodeIssuedLiteImage } from '#purse/lite-s-image';
import { businessDate, yen } from '#units';
import { I } from '../card/lite-test-card.ts';
import { hex } from '../card/test-card.ts';
import { issuedLiteCard, LITE_KEY_VERSION, LITE_MASTER_KEY } from './issued-lite-card.ts';

it('is the image of a card that was issued in the field, write by write', () => {
  const image = encodeIssuedLiteImage({
    idm: idm(hex(I)),
    masterKey: LITE_MASTER_KEY,
    cardData: {
      keyVersion: LITE_KEY_VERSION,
      issuerId: 1,
      expiry: businessDate('2031-08-05'),
      isBlocked: false,
      balanceMax: yen(50_000),
      debitMax: yen(20_000),
    },
  });
  const made = JSON.parse(issuedLiteCard().image());
  // C of REG is what the factory left there; nobody reads it.
  made.blocks.REG = JSON.parse(image).blocks.REG;
  expect(JSON.parse(image)).toEqual(made);
});
