import { concatBytes } from '@noble/ciphers/utils.js';
import { KEY_BYTES } from './card-key.ts';

/** One key that a SAM holds: a master of a right in one generation, or the key of its records. */
export interface SamKeyEntry {
  /** The key generation, 1 to 255; 0 for {@link SAM_RECORD_LABEL}. */
  readonly version: number;
  /** Four capital letters. */
  readonly label: string;
  readonly key: Uint8Array;
}

/** Under this label stands the key that seals the SAM's records, which has no generation. */
export const SAM_RECORD_LABEL = 'SAMR';

const LABEL_BYTES = 4;
const ENTRY_BYTES: number = 1 + LABEL_BYTES + KEY_BYTES;
const LABEL = /^[A-Z]{4}$/;

/** Version, label and key of each entry, 21 bytes, one after the other. */
export function encodeSamKeyList(entries: readonly SamKeyEntry[]): Uint8Array {
  return concatBytes(
    ...entries.map(({ version, label, key }) => {
      if (!LABEL.test(label) || key.length !== KEY_BYTES || version < 0 || version > 0xff) {
        throw new RangeError('SAM key: expected a version, four letters and 16 bytes');
      }
      return concatBytes(Uint8Array.of(version), new TextEncoder().encode(label), key);
    }),
  );
}

/** The inverse, with keys in memory of their own; `undefined` for bytes that are no such list. */
export function decodeSamKeyList(bytes: Uint8Array): readonly SamKeyEntry[] | undefined {
  if (bytes.length === 0 || bytes.length % ENTRY_BYTES !== 0) return undefined;
  const entries: SamKeyEntry[] = [];
  for (let offset = 0; offset < bytes.length; offset += ENTRY_BYTES) {
    const label = String.fromCharCode(...bytes.subarray(offset + 1, offset + 1 + LABEL_BYTES));
    if (!LABEL.test(label)) return undefined;
    // Not `slice`: that of a Buffer would share the memory that the caller is about to erase.
    const key = Uint8Array.from(bytes.subarray(offset + 1 + LABEL_BYTES, offset + ENTRY_BYTES));
    entries.push({ version: bytes[offset] ?? 0, label, key });
  }
  return entries;
}
