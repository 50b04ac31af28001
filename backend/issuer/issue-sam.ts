import assert from 'node:assert/strict';
import { LITE_ROOT_LABEL } from '#purse/card-key';
import type { FileSecret } from '#purse/file-encryption';
import { type SamCeilings, sealSamEnvelope } from '#purse/sam-envelope';
import { SAM_RECORD_LABEL } from '#purse/sam-key-list';
import { LABELS_BY_KIND } from '#purse/sam-kind';
import type { CardMasters, Keystore } from './keystore.ts';
import type { SamAccount } from './sam-account.ts';

/** Cards of an older generation than the last few are exchanged, not served. */
export const SAM_GENERATIONS_MAX = 4;

export interface SamContent {
  readonly ceilings: SamCeilings | undefined;
  /** Key generations that are over: no SAM needs them any more. */
  readonly retired: ReadonlySet<number>;
  /** Whether it serves Lite-S cards, and so makes value on them, whatever its kind. */
  readonly hasLite: boolean;
}

/** The text of a plain SAM file: the masters of one kind of SAM and the key that seals its records. */
export function formatSamFile(
  keystore: Keystore,
  sam: SamAccount,
  { ceilings, retired, hasLite }: SamContent,
): string {
  const [newest, ...earlier] = generationsOf(keystore, sam, retired);
  assert(newest !== undefined, 'a SAM has the generation it was issued with');
  const hexMasters = (version: number, masters: CardMasters): Readonly<Record<string, string>> => ({
    ...Object.fromEntries(LABELS_BY_KIND[sam.kind].map((label) => [label, hexOf(masters[label])])),
    ...(hasLite && { [LITE_ROOT_LABEL]: hexOf(keystore.liteRoot(version)) }),
  });
  const file = {
    version: 1,
    kind: sam.kind,
    samId: sam.samId,
    issuerId: keystore.issuerId,
    keyVersion: sam.keyVersion,
    masters: hexMasters(newest.keyVersion, newest.masters),
    earlierGenerations: earlier.map(({ keyVersion, masters }) => ({
      keyVersion,
      masters: hexMasters(keyVersion, masters),
    })),
    recordKey: hexOf(keystore.samKey(sam.samId)),
    limits: { amountMax: sam.amountMax },
    ceilings,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The text of an encrypted SAM file with the same keys. `random` gives unpredictable bytes. */
export function sealSamFile(
  keystore: Keystore,
  sam: SamAccount,
  {
    secret,
    ceilings,
    retired,
    hasLite,
    random,
  }: SamContent & {
    readonly secret: FileSecret;
    readonly random: (byteCount: number) => Uint8Array;
  },
): Promise<string> {
  const { kind, samId, keyVersion } = sam;
  const entries = generationsOf(keystore, sam, retired).flatMap(
    ({ keyVersion: version, masters }) => [
      ...LABELS_BY_KIND[kind].map((label) => ({ version, label, key: masters[label] })),
      ...(hasLite ? [{ version, label: LITE_ROOT_LABEL, key: keystore.liteRoot(version) }] : []),
    ],
  );
  const record = { version: 0, label: SAM_RECORD_LABEL, key: keystore.samKey(samId) };
  const publicPart = { kind, samId, issuerId: keystore.issuerId, keyVersion, ceilings };
  return sealSamEnvelope(publicPart, [...entries, record], { secret, random });
}

function generationsOf(
  keystore: Keystore,
  sam: SamAccount,
  retired: ReadonlySet<number>,
): Keystore['generations'] {
  return keystore.generations
    .filter(({ keyVersion }) => keyVersion <= sam.keyVersion && !retired.has(keyVersion))
    .slice(0, SAM_GENERATIONS_MAX);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
