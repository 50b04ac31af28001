import { bytesToHex } from '@noble/ciphers/utils.js';
import type { SamKind } from '#purse/sam-kind';
import { samKeys } from '../scheme.ts';

/** What the issuer wrote into `sam.json`, before it is text. */
export function samFile(kind: SamKind, samId: number): Record<string, unknown> {
  const { masters, recordKey, ...sam } = samKeys(kind, samId);
  const hexMasters = [...masters].map(([label, key]) => [label, bytesToHex(key)]);
  return {
    version: 1,
    ...sam,
    masters: Object.fromEntries(hexMasters),
    recordKey: bytesToHex(recordKey),
  };
}

export function samFileText(kind: SamKind, samId: number): string {
  return JSON.stringify(samFile(kind, samId));
}
