import assert from 'node:assert/strict';
import { clean } from '@noble/ciphers/utils.js';
import { type PurseRecord, sealRecord, type UnsealedRecord } from '#batch/record';
import {
  continueAesAuthentication,
  finishAesAuthentication,
  groupKeyOf,
  startAesAuthentication,
} from '#felica/aes-authentication';
import {
  type AesSession,
  FIRST_TRANSACTION_NUMBER,
  openAesFrame,
  responseTransactionNumber,
  sealAesFrame,
} from '#felica/aes-messaging';
import type { IDm, NodeCode } from '#felica/identifiers';
import { type CardKeyLabel, deriveCardKey } from '#purse/card-key';
import {
  CARD_DATA_READ,
  CERTIFICATE_READ,
  HISTORY_WRITE,
  PURSE_DECREMENT,
  PURSE_DIRECT,
  VALIDITY_DECREMENT,
} from '#purse/card-profile';
import type { Sam, SamAuthentication, SamKind, SecureChannel } from './sam.ts';
import { eraseSamKeys, type SamKeys } from './sam-file.ts';

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
  load: [{ service: PURSE_DIRECT, label: 'LOAD' }, ...COMMON_SERVICES],
};

/** A SAM whose keys lie in this process; closing it erases them. `random` gives that many unpredictable bytes. */
export function softwareSam(keys: SamKeys, random: (byteCount: number) => Uint8Array): Sam {
  const keyedServices = SERVICES_BY_KIND[keys.kind];
  const services = keyedServices.map(({ service }) => service);
  return {
    kind: keys.kind,
    samId: keys.samId,
    issuerId: keys.issuerId,
    keyVersion: keys.keyVersion,
    isLocked: false,
    room: undefined,
    startAuthentication: (idm) => {
      const credentials = cardCredentials(keys, keyedServices, idm);
      const start = startAesAuthentication({
        idm,
        nodes: services,
        credentials,
        random1: random(16),
      });
      clean(credentials.groupKey, credentials.individualKey);
      return Promise.resolve(authenticationOf(services, start));
    },
    seal: (record) => Promise.resolve(seal(keys, record)),
    close: () => {
      eraseSamKeys(keys);
      return Promise.resolve();
    },
  };
}

function cardCredentials(
  keys: SamKeys,
  keyedServices: readonly KeyedService[],
  idm: IDm,
): { readonly groupKey: Uint8Array; readonly individualKey: Uint8Array } {
  const keyOf = (label: CardKeyLabel): Uint8Array => {
    const master = keys.masters.get(label);
    assert(master !== undefined, `SAM file was checked for ${label}`);
    return deriveCardKey(master, { label, idm, version: keys.keyVersion });
  };
  const serviceKeys = keyedServices.map(({ label }) => keyOf(label));
  const groupKey = groupKeyOf(serviceKeys);
  clean(...serviceKeys);
  return { groupKey, individualKey: keyOf('INDV') };
}

function authenticationOf(
  services: readonly NodeCode[],
  start: ReturnType<typeof startAesAuthentication>,
): SamAuthentication {
  let continued: ReturnType<typeof continueAesAuthentication>;
  return {
    services,
    request: start.request,
    answer: (response) => {
      continued = continueAesAuthentication(start.state, response);
      clean(start.state.random1, start.state.alpha, start.state.beta);
      return Promise.resolve(continued?.request);
    },
    complete: (response) => {
      assert(continued !== undefined, 'complete follows a good answer');
      const finished = finishAesAuthentication(continued.state, response);
      return Promise.resolve(finished && secureChannel(finished.session));
    },
  };
}

function secureChannel(session: AesSession): SecureChannel {
  let nextNumber = FIRST_TRANSACTION_NUMBER;
  let expectedNumber: number | undefined;
  return {
    seal: (code, payload) => {
      const transactionNumber = nextNumber;
      expectedNumber = responseTransactionNumber(transactionNumber);
      nextNumber += 2;
      return Promise.resolve(sealAesFrame({ session, code, transactionNumber, payload }));
    },
    open: (responseCode, packet) => {
      const message = openAesFrame(session, packet);
      const isExpected =
        message?.code === responseCode && message.transactionNumber === expectedNumber;
      return Promise.resolve(isExpected ? message.payload : undefined);
    },
  };
}

function seal(keys: SamKeys, record: UnsealedRecord): PurseRecord {
  assert(record.samId === keys.samId, 'a SAM seals its own records');
  return sealRecord(keys.recordKey, record);
}
