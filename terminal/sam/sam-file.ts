import { hexToBytes } from '@noble/ciphers/utils.js';
import { z } from 'zod';
import { type CardKeyLabel, KEY_BYTES } from '#purse/card-key';
import { parseJson } from '../json-text.ts';
import type { SamKind } from './sam.ts';

/** The keys of a software SAM, as the issuer wrote them to a file for one terminal. */
export interface SamKeys {
  readonly kind: SamKind;
  readonly samId: number;
  readonly issuerId: number;
  readonly keyVersion: number;
  readonly masters: ReadonlyMap<CardKeyLabel, Uint8Array>;
  readonly recordKey: Uint8Array;
}

export type SamErrorCode = 'SAM_FILE_INVALID' | 'SAM_FILE_RIGHTS_EXCESSIVE';

export class SamError extends Error {
  readonly code: SamErrorCode;

  constructor(code: SamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SamError';
    this.code = code;
  }
}

/** Beside reading, each SAM may block a card; none may make a blocked card valid again (`VALW`). */
const COMMON_LABELS: readonly CardKeyLabel[] = ['INDV', 'HIST', 'DATR', 'CERR', 'BLOK'];

/** Exactly the masters that each kind may hold: one more would be one right too many. */
const LABELS_BY_KIND: Readonly<Record<SamKind, readonly CardKeyLabel[]>> = {
  pos: ['DEBI', ...COMMON_LABELS],
  load: ['LOAD', ...COMMON_LABELS],
};

const key = z
  .string()
  .regex(new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`), 'expected 32 lower-case hex digits');

const samFile = z.object({
  version: z.literal(1),
  kind: z.enum(['pos', 'load']),
  samId: z.int().min(1).max(0xffff_ffff),
  issuerId: z.int().min(1).max(0xffff),
  keyVersion: z.int().min(1).max(0xff),
  masters: z.record(z.string(), key),
  recordKey: key,
});

/**
 * Reads the text of a SAM file. Throws {@link SamError}: `SAM_FILE_INVALID` names the field, and
 * `SAM_FILE_RIGHTS_EXCESSIVE` refuses keys that a SAM of its kind must not hold.
 */
export function decodeSamFile(text: string): SamKeys {
  const file = parseSamFile(text);
  const expected = LABELS_BY_KIND[file.kind];
  const masters = new Map<CardKeyLabel, Uint8Array>();
  for (const label of expected) {
    const master = file.masters[label];
    if (master === undefined) throw new SamError('SAM_FILE_INVALID', `masters.${label}: missing`);
    masters.set(label, hexToBytes(master));
  }
  const excess = Object.keys(file.masters).filter(
    (label) => !expected.some((own) => own === label),
  );
  if (excess.length > 0) {
    throw new SamError(
      'SAM_FILE_RIGHTS_EXCESSIVE',
      `a ${file.kind} SAM must not hold the masters ${excess.join(', ')}`,
    );
  }
  return { ...file, masters, recordKey: hexToBytes(file.recordKey) };
}

function parseSamFile(text: string): z.infer<typeof samFile> {
  const parsed = samFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new SamError('SAM_FILE_INVALID', `SAM file ${field}: ${issue?.message ?? 'invalid'}`);
}
