import type { CardKeyLabel } from '#purse/card-key';
import type { Keystore } from './keystore.ts';
import type { SamAccount, SamKind } from './sam-account.ts';

/** Beside reading, each SAM may block a card; none may make a blocked card valid again (`VALW`). */
const COMMON_LABELS: readonly CardKeyLabel[] = ['INDV', 'HIST', 'DATR', 'CERR', 'BLOK'];

/**
 * The masters that each kind of SAM gets, and no more: a stolen POS SAM can take value from cards and
 * never make any, and no SAM can make a transaction certificate.
 */
export const SAM_LABELS: Readonly<Record<SamKind, readonly CardKeyLabel[]>> = {
  pos: ['DEBI', ...COMMON_LABELS],
  load: ['LOAD', ...COMMON_LABELS],
};

/** The text of a SAM file: the masters of one kind of SAM and the key that seals its records. */
export function formatSamFile(keystore: Keystore, sam: SamAccount): string {
  const { masters } = keystore;
  const file = {
    version: 1,
    kind: sam.kind,
    samId: sam.samId,
    issuerId: keystore.issuerId,
    keyVersion: sam.keyVersion,
    masters: Object.fromEntries(
      SAM_LABELS[sam.kind].map((label) => [label, hexOf(masters[label])]),
    ),
    recordKey: hexOf(keystore.samKey(sam.samId)),
    limits: { amountMax: sam.amountMax },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
