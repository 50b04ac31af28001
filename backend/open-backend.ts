import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import { type EpochMs, milliseconds } from '#units';
import { createApp, type ServiceOptions } from './app.ts';
import { Carrier } from './carrier/carrier.ts';
import { PhoneBill } from './carrier/phone-bill.ts';
import { PhoneChannel } from './carrier/phone-channel.ts';
import { RemoteLock } from './carrier/remote-lock.ts';
import { BatchVerifier } from './collection/batch-verifier.ts';
import { EvidenceStore } from './collection/evidence.ts';
import { PendingLoadDesk } from './collection/pending-load-desk.ts';
import { BatchReceiver } from './collection/receive-batch.ts';
import type { RecordKeys } from './collection/verify-batch.ts';
import {
  type BackendFolder,
  type PartyTokens,
  readOperatorToken,
  readPartyTokens,
} from './config.ts';
import { CARRIER_SCHEMA } from './database/carrier-schema.ts';
import { Database, type StepWatch } from './database/database.ts';
import { ISSUER_SCHEMA } from './database/issuer-schema.ts';
import { databasePlaces } from './database-place.ts';
import { HotListStore } from './issuer/hotlist-store.ts';
import type { Keystore } from './issuer/keystore.ts';
import { type KeystoreAccess, openKeystore } from './open-keystore.ts';
import type { SettlementDependencies } from './settlement/close-window.ts';
import { deliverAdvices } from './settlement/commission-advice.ts';
import { openFirstWindow } from './settlement/window.ts';
import { LoadDesk } from './top-up/load-desk.ts';
import { phoneBillFunding } from './top-up/phone-bill-funding.ts';
import { TopUpDesk } from './top-up/top-up-desk.ts';
import { TopUpStore } from './top-up/top-up-store.ts';

/** Anybody may send bytes that are refused; so much of them is kept as evidence, and no more. */
const REFUSED_EVIDENCE_BYTES_MAX = 256 * 1024 * 1024;

/** A phone that has no network for a moment is asked again; one that is gone holds nobody up for long. */
const PHONE_TIMES = { reachMs: milliseconds(5_000), networkMs: milliseconds(8_000) };

/** Both parties of the joint operation in one process, each with its own books. */
export interface Backend {
  readonly keystore: Keystore;
  /** The issuer's database. */
  readonly database: Database;
  readonly receiver: BatchReceiver;
  readonly verifier: BatchVerifier;
  readonly pendingLoads: PendingLoadDesk;
  readonly carrier: Carrier;
  readonly carrierDatabase: Database;
  readonly phoneBill: PhoneBill;
  readonly remoteLock: RemoteLock;
  readonly phoneChannel: PhoneChannel;
  readonly topUps: TopUpDesk;
  readonly settlement: SettlementDependencies;
  readonly hotLists: HotListStore;
  /** The HTTP API. `onStored` is called after each batch that was stored. */
  app(onStored: () => void, service: ServiceOptions): Express;
  /** Waits for what has begun. */
  close(): Promise<void>;
}

/**
 * Opens the data directory. Rejects with `ConfigError`, `KeystoreError`, `SecretFileError` or
 * `DatabaseError`. `watch` is called at each step of both databases.
 */
export async function openBackend(
  folder: BackendFolder,
  access: KeystoreAccess,
  now: () => EpochMs,
  watch?: StepWatch,
): Promise<Backend> {
  const keystore = await openKeystore(folder, access);
  const operatorToken = readOperatorToken(folder);
  const tokens = readPartyTokens(folder, randomBytes);
  const places = databasePlaces(folder);
  const database = await Database.open(places.issuer, ISSUER_SCHEMA, watch);
  try {
    const carrierDatabase = await Database.open(places.carrier, CARRIER_SCHEMA, watch);
    const hotLists = new HotListStore(folder.hotListPath);
    const databases = { database, carrierDatabase };
    return await assemble({ keystore, operatorToken, tokens, ...databases, hotLists, now });
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Parts {
  readonly keystore: Keystore;
  readonly operatorToken: string;
  readonly tokens: PartyTokens;
  readonly database: Database;
  readonly carrierDatabase: Database;
  readonly hotLists: HotListStore;
  readonly now: () => EpochMs;
}

async function assemble(parts: Parts): Promise<Backend> {
  const { keystore, operatorToken, tokens, database, carrierDatabase, hotLists, now } = parts;
  await openFirstWindow(database, now());
  const carrier = new Carrier({ database: carrierDatabase, now });
  const phoneBill = new PhoneBill({ database: carrierDatabase, now });
  const remoteLock = new RemoteLock({ database: carrierDatabase, now });
  const phoneChannel = new PhoneChannel({ ...PHONE_TIMES, now });
  const carrierParts = { carrierDatabase, phoneBill, remoteLock, phoneChannel };
  const store = new TopUpStore(database);
  const loadDesk = new LoadDesk({ database, store, now });
  const topUps = new TopUpDesk({
    store,
    sources: { 'phone-bill': phoneBillFunding(phoneBill) },
    remoteLoad: loadDesk,
    now,
  });
  const verifier = new BatchVerifier({ database, keys: recordKeysOf(keystore), now });
  const evidence = await EvidenceStore.open(database, REFUSED_EVIDENCE_BYTES_MAX);
  const { signingKey, issuerId } = keystore;
  const receiver = new BatchReceiver({ database, evidence, signingKey, now });
  const verifyPending = (): Promise<unknown> => verifier.verifyPending();
  const pendingLoads = new PendingLoadDesk({ database, signingKey, now });
  const settlement = { database, issuerId, verifyPending, carrier, now };
  // A crash may have come between a commit and the word to the carrier.
  await deliverAdvices(database, carrier, now());
  return {
    keystore,
    database,
    receiver,
    verifier,
    pendingLoads,
    carrier,
    ...carrierParts,
    topUps,
    settlement,
    hotLists,
    app: (onStored, service) =>
      createApp({
        service,
        databasesAnswer: async () => {
          await Promise.all([database, carrierDatabase].map((each) => each.all('SELECT 1')));
        },
        receiver,
        onStored,
        pendingLoads,
        settlement,
        operatorToken,
        hotLists,
        remoteLoads: { loadDesk, topUps, remoteLoadToken: tokens.remoteLoadToken },
        carrierApi: { ...carrierParts, ...tokens, topUps, now },
      }),
    close: async () => {
      await database.close();
      await carrierDatabase.close();
      keystore.erase();
    },
  };
}

function recordKeysOf(keystore: Keystore): RecordKeys {
  return {
    issuerId: keystore.issuerId,
    certificateMaster: (keyVersion) => keystore.certificateMaster(keyVersion),
    samKey: (samId) => keystore.samKey(samId),
    liteMaster: (keyVersion) => keystore.liteMaster(keyVersion),
  };
}
