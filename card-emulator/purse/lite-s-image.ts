import { bytesToHex } from '@noble/ciphers/utils.js';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { type IDm, type PMm, pmm } from '../felica/identifiers.ts';
import { encodeWriteCount, LiteBlock, S_PAD_COUNT } from '../felica/lite-s-block.ts';
import type { CardData } from './card-data.ts';
import { CARD_IMAGE_FORMAT, CARD_IMAGE_VERSION } from './card-image.ts';
import { liteFirstIssue, liteSecondIssue } from './lite-s-profile.ts';

/** That of a Lite-S: IC type F1 (felica.md). */
const LITE_S_PMM: PMm = pmm(Uint8Array.of(0x00, 0xf1, 0x00, 0x00, 0x00, 0x01, 0x43, 0x00));

/** The blocks that an image names, in its order. */
const BLOCKS: readonly (readonly [string, number])[] = [
  ...Array.from({ length: S_PAD_COUNT }, (_, number) => [`S_PAD${number}`, number] as const),
  ['REG', LiteBlock.reg],
  ['ID', LiteBlock.id],
  ['SER_C', LiteBlock.serC],
  ['CKV', LiteBlock.ckv],
  ['CK', LiteBlock.ck],
  ['MC', LiteBlock.mc],
  ['WCNT', LiteBlock.wcnt],
];
const INDENT = 2;

export interface LiteCardIssue {
  readonly idm: IDm;
  /** 24 bytes, of the generation in `cardData`. */
  readonly masterKey: Uint8Array;
  readonly cardData: CardData;
}

/**
 * A Lite-S after both issues as text (lite-s.md, "Card images"): what an issuer writes and an emulated
 * card opens. It holds the card's key.
 */
export function encodeIssuedLiteImage({ idm, masterKey, cardData }: LiteCardIssue): string {
  const { keyVersion } = cardData;
  const second = liteSecondIssue(cardData);
  const contents = new Map<number, Uint8Array>();
  for (const { blockNumber, block } of liteFirstIssue({ idm, masterKey, keyVersion })) {
    contents.set(blockNumber, block);
  }
  for (const { blockNumber, block } of second) contents.set(blockNumber, block);
  // The first issue sets the count to zero, and each write after it adds one.
  contents.set(LiteBlock.wcnt, encodeWriteCount(second.length));
  const image = {
    format: CARD_IMAGE_FORMAT,
    version: CARD_IMAGE_VERSION,
    personality: 'lite-s',
    idm: bytesToHex(idm),
    pmm: bytesToHex(LITE_S_PMM),
    blocks: Object.fromEntries(
      BLOCKS.map(([name, number]) => [
        name,
        bytesToHex(contents.get(number) ?? new Uint8Array(BLOCK_BYTES)),
      ]),
    ),
  };
  return `${JSON.stringify(image, undefined, INDENT)}\n`;
}
