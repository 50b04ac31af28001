import { z } from 'zod';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { IDM_BYTES, idm, PMM_BYTES, pmm } from '../felica/identifiers.ts';
import { CARD_IMAGE_FORMAT, CARD_IMAGE_VERSION } from '../purse/card-image.ts';
import { hexBytes, imageErrorOf, requireOfImage } from './image-field.ts';
import {
  type LiteCardState,
  type LiteKind,
  requireLiteCardState,
  storedBlocks,
} from './lite-memory.ts';

const INDENT = 2;

/** The format, field by field (lite-s.md, "Card images"). */
const LITE_CARD_IMAGE = z.discriminatedUnion('personality', [imageOf('lite'), imageOf('lite-s')]);

/** A card as text, its card key included: for a real issuer it is a secret. */
export function encodeLiteCardImage(state: LiteCardState): string {
  const image = {
    format: CARD_IMAGE_FORMAT,
    version: CARD_IMAGE_VERSION,
    personality: state.kind,
    idm: hexOf(state.idm),
    pmm: hexOf(state.pmm),
    blocks: Object.fromEntries(
      storedBlocks(state.kind).map(({ name, number }) => [
        name,
        hexOf(state.blocks.get(number) ?? new Uint8Array(0)),
      ]),
    ),
  };
  return `${JSON.stringify(image, undefined, INDENT)}\n`;
}

/**
 * The inverse of {@link encodeLiteCardImage}, for a value that was JSON. Throws `CardImageError`, which
 * names the field and never shows its content.
 */
export function parseLiteCardImage(value: unknown): LiteCardState {
  const image = LITE_CARD_IMAGE.safeParse(value);
  if (!image.success) throw imageErrorOf(image.error);
  const { personality: kind, idm, pmm, blocks: named } = image.data;
  const blocks = storedBlocks(kind).flatMap(({ name, number }): [number, Uint8Array][] => {
    const block = named[name];
    return block === undefined ? [] : [[number, block]];
  });
  const state = { kind, idm, pmm, blocks: new Map(blocks) };
  requireOfImage(() => requireLiteCardState(state));
  return state;
}

function imageOf<Kind extends LiteKind>(kind: Kind) {
  const names = storedBlocks(kind).map(({ name }) => [name, hexBytes(BLOCK_BYTES)]);
  const blocks: Record<string, z.ZodType<Uint8Array, string>> = Object.fromEntries(names);
  return z.strictObject({
    format: z.literal(CARD_IMAGE_FORMAT),
    version: z.literal(CARD_IMAGE_VERSION),
    personality: z.literal(kind),
    idm: hexBytes(IDM_BYTES).transform(idm),
    pmm: hexBytes(PMM_BYTES).transform(pmm),
    blocks: z.strictObject(blocks),
  });
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
