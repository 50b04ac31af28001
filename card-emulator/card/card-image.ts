import { z } from 'zod';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import {
  IDM_BYTES,
  idm,
  type NodeCode,
  nodeCode,
  PMM_BYTES,
  pmm,
  type SystemCode,
  systemCode,
} from '../felica/identifiers.ts';
import { CARD_IMAGE_FORMAT, CARD_IMAGE_VERSION } from '../purse/card-image.ts';
import type { CardPersonalisation } from '../purse/card-profile.ts';
import { requireCardStructure } from './card-structure.ts';
import { hexBytes, imageErrorOf, requireOfImage } from './image-field.ts';
import { AES_KEY_BYTES, DES_KEY_BYTES } from './key-bytes.ts';

const ISSUE_FIELD_BYTES = 8;

const KEYS = {
  key: hexBytes(AES_KEY_BYTES).exactOptional(),
  version: z.number().exactOptional(),
  desKey: hexBytes(DES_KEY_BYTES).exactOptional(),
  desVersion: z.number().exactOptional(),
};
const NODE_CODE = hexCode().transform((value): NodeCode => nodeCode(value));
const SYSTEM_CODE = hexCode().transform((value): SystemCode => systemCode(value));

const SYSTEM = z.strictObject({
  systemCode: SYSTEM_CODE,
  systemKey: z.strictObject(KEYS),
  areas: z.array(z.strictObject({ code: NODE_CODE, endCode: NODE_CODE, ...KEYS })),
  services: z.array(z.strictObject({ code: NODE_CODE, ...KEYS })),
  blocks: z.array(
    z.strictObject({
      serviceNumber: z.number(),
      kind: z.enum(['random', 'cyclic', 'purse']).exactOptional(),
      blocks: z.array(hexBytes(BLOCK_BYTES)),
      limits: z
        .strictObject({ upper: z.number(), lower: z.number(), generation: z.number() })
        .exactOptional(),
    }),
  ),
});

/** The format, field by field (README.md, "Card images"). */
const CARD_IMAGE = z.strictObject({
  format: z.literal(CARD_IMAGE_FORMAT),
  version: z.literal(CARD_IMAGE_VERSION),
  personality: z.enum(['purse', 'suica', 'rc-sa', 'hce-f']).exactOptional(),
  idm: hexBytes(IDM_BYTES).transform(idm),
  pmm: hexBytes(PMM_BYTES).transform(pmm),
  idi: hexBytes(ISSUE_FIELD_BYTES),
  pmi: hexBytes(ISSUE_FIELD_BYTES),
  individualKey: hexBytes(AES_KEY_BYTES).exactOptional(),
  systems: z.array(SYSTEM),
  certificate: z
    .strictObject({
      key: hexBytes(AES_KEY_BYTES),
      version: z.number(),
      purseService: NODE_CODE,
      historyService: NODE_CODE,
      certificateService: NODE_CODE,
    })
    .exactOptional(),
  container: z
    .strictObject({ format: hexBytes(5), model: hexBytes(11), id: hexBytes(8) })
    .exactOptional(),
});

/**
 * The inverse of `encodeCardImage`, for a value that was JSON. Throws `CardImageError`, which
 * names the field and never shows its content.
 */
export function parseCardImage(value: unknown): CardPersonalisation {
  const image = CARD_IMAGE.safeParse(value);
  if (!image.success) throw imageErrorOf(image.error);
  const { format: _format, version: _version, ...personalisation } = image.data;
  requireOfImage(() => requireCardStructure(personalisation));
  return personalisation;
}

function hexCode(): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^[0-9a-fA-F]{4}$/, 'expected four hexadecimal digits')
    .transform((hex) => Number.parseInt(hex, 16));
}
