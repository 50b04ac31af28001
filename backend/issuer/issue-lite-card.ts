import { encodeIssuedLiteImage } from '#purse/lite-s-image';
import type { CardIssue } from './issue-card.ts';
import type { Keystore } from './keystore.ts';

/** The image of an emulated Lite-S after both issues, empty, with its own key (lite-s-profile.md). */
export function issuedLiteImage(keystore: Keystore, issue: CardIssue): string {
  const { keyVersion, issuerId } = keystore;
  const { idm, expiry, balanceMax, debitMax } = issue;
  return encodeIssuedLiteImage({
    idm,
    masterKey: keystore.liteMaster(keyVersion),
    cardData: { keyVersion, issuerId, expiry, isBlocked: false, balanceMax, debitMax },
  });
}
