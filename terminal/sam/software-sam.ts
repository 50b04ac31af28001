import assert from 'node:assert/strict';
import { cmac } from '@noble/ciphers/aes.js';
import { clean } from '@noble/ciphers/utils.js';
import { encodeUnsealedHit } from '#batch/hit-record';
import { encodeUnsealedRecord } from '#batch/record';
import { encodeUnsealedRefundClaim } from '#batch/refund-claim';
import { type AesCredentials, groupKeyOf } from '#felica/aes-authentication';
import type { NodeCode } from '#felica/identifiers';
import {
  type CardKeyContext,
  type CardKeyLabel,
  deriveCardKey,
  deriveLiteMaster,
} from '#purse/card-key';
import {
  CARD_DATA_READ,
  CERTIFICATE_READ,
  HISTORY_WRITE,
  PURSE_CASHBACK,
  PURSE_DECREMENT,
  PURSE_DIRECT,
  VALIDITY_DECREMENT,
} from '#purse/card-profile';
import { LITE_SEED_BYTES, liteChallengeMessage } from '#purse/lite-s-evidence';
import type { SamKind } from '#purse/sam-kind';
import { startLiteSession } from './lite-session.ts';
import type { Sam, SamIdentity } from './sam.ts';
import { eraseSamKeys, generationsOf, type SamKeys } from './sam-file.ts';
import { type ErasableAuthentication, samAuthentication } from './sam-session.ts';

interface KeyedService {
  readonly service: NodeCode;
  readonly label: CardKeyLabel;
}

const COMMON_SERVICES: readonly KeyedService[] = [
  { service: HISTORY_WRITE, label: 'HIST' },
  { service: CARD_DATA_READ, label: 'DATR' },
  { service: CERTIFICATE_READ, label: 'CERR' },
  { service: VALIDITY_DECREMENT, label: 'BLOK' },
];

/** The purse comes first, so it has the same index in every session. */
const SERVICES_BY_KIND: Readonly<Record<SamKind, readonly KeyedService[]>> = {
  pos: [{ service: PURSE_DECREMENT, label: 'DEBI' }, ...COMMON_SERVICES],
  'pos-void': [{ service: PURSE_CASHBACK, label: 'VOID' }, ...COMMON_SERVICES],
  load: [{ service: PURSE_DIRECT, label: 'LOAD' }, ...COMMON_SERVICES],
};

/** Where the masters and the key of records are. They are used there and never handed out. */
export interface SamKeyHolder {
  /** The card's own key for one right ({@link deriveCardKey}). Whoever asked for it erases it. */
  cardKey(context: CardKeyContext): Promise<Uint8Array>;
  /** The master of Lite-S cards of one generation, 24 bytes for the caller to erase; absent without the right. */
  readonly liteMaster?: ((version: number) => Uint8Array | undefined) | undefined;
  /** AES-CMAC under the key of this SAM's records. */
  recordMac(message: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A SAM whose keys lie in this process; closing it erases them. `random` as for {@link keyedSam}. */
export function softwareSam(keys: SamKeys, random: (byteCount: number) => Uint8Array): Sam {
  const generations = generationsOf(keys);
  const holder: SamKeyHolder = {
    cardKey: (context) => {
      const generation = generations.find(({ keyVersion }) => keyVersion === context.version);
      const master = generation?.masters.get(context.label);
      assert(master !== undefined, `SAM file was checked for ${context.label}`);
      return Promise.resolve(deriveCardKey(master, context));
    },
    liteMaster: generations.some(({ liteRoot }) => liteRoot !== undefined)
      ? (version) => {
          const root = generations.find(({ keyVersion }) => keyVersion === version)?.liteRoot;
          return root && deriveLiteMaster(root, version);
        }
      : undefined,
    recordMac: (message) => Promise.resolve(cmac(message, keys.recordKey)),
    close: () => {
      eraseSamKeys(keys);
      return Promise.resolve();
    },
  };
  const keyVersions = generations.map(({ keyVersion }) => keyVersion);
  return keyedSam({ ...keys, keyVersions }, holder, random);
}

/** A SAM over whatever holds its keys. `random` gives that many unpredictable bytes. */
export function keyedSam(
  { kind, samId, issuerId, keyVersions }: SamIdentity,
  holder: SamKeyHolder,
  random: (byteCount: number) => Uint8Array,
): Sam {
  const keyedServices = SERVICES_BY_KIND[kind];
  const services = keyedServices.map(({ service }) => service);
  let current: ErasableAuthentication | undefined;
  const { liteMaster } = holder;
  return {
    ...{ kind, samId, issuerId, keyVersions },
    isLocked: false,
    room: undefined,
    startAuthentication: async (idm, version) => {
      assert(keyVersions.includes(version), 'the SAM has this generation');
      const credentials = await cardCredentials(holder, keyedServices, { idm, version });
      current?.forget();
      current = samAuthentication({ idm, services, credentials, random1: random(16) });
      return current;
    },
    startLiteAuthentication:
      liteMaster &&
      (async (idm) => {
        const seed = random(LITE_SEED_BYTES);
        const challenge = await holder.recordMac(liteChallengeMessage(idm, seed));
        return startLiteSession({ idm, masterOf: liteMaster, challenge, seed });
      }),
    seal: async (record) => {
      assert(record.samId === samId, 'a SAM seals its own records');
      return { ...record, samMac: await holder.recordMac(encodeUnsealedRecord(record)) };
    },
    sealHit: async (hit) => {
      assert(hit.samId === samId, 'a SAM seals its own hits');
      return { ...hit, samMac: await holder.recordMac(encodeUnsealedHit(hit)) };
    },
    sealRefundClaim: async (claim) => {
      assert(claim.samId === samId, 'a SAM seals its own claims');
      return { ...claim, samMac: await holder.recordMac(encodeUnsealedRefundClaim(claim)) };
    },
    close: () => {
      current?.forget();
      return holder.close();
    },
  };
}

async function cardCredentials(
  holder: SamKeyHolder,
  keyedServices: readonly KeyedService[],
  card: Omit<CardKeyContext, 'label'>,
): Promise<AesCredentials> {
  const serviceKeys: Uint8Array[] = [];
  for (const { label } of keyedServices) {
    serviceKeys.push(await holder.cardKey({ ...card, label }));
  }
  const groupKey = groupKeyOf(serviceKeys);
  clean(...serviceKeys);
  return { groupKey, individualKey: await holder.cardKey({ ...card, label: 'INDV' }) };
}
