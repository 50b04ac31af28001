import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, hashOf } from '#batch/batch';
import type { BatchRecord } from '#batch/batch-record';
import { signBatch } from '#batch/batch-signature';
import { type HitRecord, sealHit, type UnsealedHit } from '#batch/hit-record';
import {
  certifiedWriteOf,
  type PurseRecord,
  type RecordKind,
  sealRecord,
  type UnsealedRecord,
} from '#batch/record';
import { type RefundClaim, sealRefundClaim, type UnsealedRefundClaim } from '#batch/refund-claim';
import { type IDm, idm } from '#felica/identifiers';
import { deriveCardKey } from '#purse/card-key';
import { executionIdOf } from '#purse/purse-block';
import type { SamKind } from '#purse/sam-kind';
import { transactionCertificate } from '#purse/transaction-certificate';
import { basisPoints, type EpochMs, epochMs, type Yen, yen } from '#units';
import type { BatchReceipt } from '../../backend/collection/receive-batch.ts';
import { type BackendFolder, createBackendFolder } from '../../backend/config.ts';
import { registerCard } from '../../backend/issuer/card-account.ts';
import { registerMerchant } from '../../backend/issuer/merchant.ts';
import { registerSam } from '../../backend/issuer/sam-account.ts';
import { enrolTerminal } from '../../backend/issuer/terminal.ts';
import { type Backend, openBackend } from '../../backend/open-backend.ts';
import { ISSUER_ID, KEY_VERSION, NOON, PLAIN_KEYSTORE, seededRandom } from '../scheme.ts';

export const MERCHANT_ID = 1001;
const KEYS = new Map<number, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>();

export interface ScenarioOptions {
  readonly feeRate?: number;
  readonly commissionRate?: number;
  readonly databaseAddress?: string | undefined;
}

/** An issuer and a carrier in a folder of their own, with a clock that the test moves. */
export class Scenario {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kazasu-'));
  readonly #files: BackendFolder;
  #backend: Backend | undefined;
  clock: EpochMs = NOON;

  private constructor(databaseAddress: string | undefined) {
    const random = seededRandom('issuer');
    this.#files = createBackendFolder(this.folder, ISSUER_ID, random, databaseAddress);
  }

  /**
   * With one merchant; `feeRate` and `commissionRate` in hundredths of a percent. With an address the
   * databases are in PostgreSQL.
   */
  static async open({
    feeRate = 325,
    commissionRate = 50,
    databaseAddress,
  }: ScenarioOptions = {}): Promise<Scenario> {
    const scenario = new Scenario(databaseAddress);
    await scenario.start();
    await scenario.addMerchant(MERCHANT_ID, { feeRate, commissionRate });
    return scenario;
  }

  get backend(): Backend {
    if (this.#backend === undefined) throw new Error('scenario: start it first');
    return this.#backend;
  }

  async start(): Promise<void> {
    this.#backend = await openBackend(this.#files, PLAIN_KEYSTORE, () => this.clock);
  }

  /** Everything is closed as in a crash or a restart; `start` opens it again. */
  async stop(): Promise<void> {
    await this.backend.close();
    this.#backend = undefined;
  }

  async remove(): Promise<void> {
    await this.#backend?.close();
    rmSync(this.folder, { recursive: true });
  }

  async addMerchant(
    merchantId: number,
    { feeRate = 325, commissionRate = 50 } = {},
  ): Promise<void> {
    const rates = { fee: basisPoints(feeRate), commission: basisPoints(commissionRate) };
    const merchant = { merchantId, name: `Merchant ${merchantId}`, rates };
    await registerMerchant(this.backend.database, merchant, this.clock);
  }

  /** Enrolled, with a SAM of the same number as the terminal. */
  async terminal(
    terminalId: number,
    kind: SamKind = 'pos',
    { merchantId = MERCHANT_ID, amountMax = 30_000, isSamIssued = true } = {},
  ): Promise<TestTerminal> {
    const { database, keystore } = this.backend;
    const samId = terminalId;
    const limit = yen(amountMax);
    const sam = { samId, kind, keyVersion: KEY_VERSION, amountMax: limit };
    if (isSamIssued) await registerSam(database, sam, this.clock);
    const { privateKey, publicKey } = terminalKeys(terminalId);
    const der = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
    const enrolment = { terminalId, merchantId, samId, kind, amountMax: limit, publicKey: der };
    await enrolTerminal(database, enrolment, this.clock);
    return new TestTerminal({
      scenario: this,
      terminalId,
      merchantId,
      kind,
      privateKey,
      samKey: keystore.samKey(samId),
    });
  }

  /** A registered card. What is on it before its first record was loaded where nobody reported. */
  async card(number: number, balance = 10_000): Promise<TestCard> {
    const card = this.unknownCard(number);
    card.balance = yen(balance);
    const account = { idm: card.idm, keyVersion: KEY_VERSION };
    await registerCard(this.backend.database, account, this.clock);
    return card;
  }

  unknownCard(number: number): TestCard {
    const bytes = Uint8Array.of(0x02, 0xfe, 0, 0, 0, number >> 16, number >> 8, number);
    const context = { label: 'CERT', idm: idm(bytes), version: KEY_VERSION } as const;
    return new TestCard(idm(bytes), deriveCardKey(this.backend.keystore.masters.CERT, context));
  }

  /** Uploads, and judges what was uploaded. */
  async upload(terminal: TestTerminal, bytes: Uint8Array): Promise<BatchReceipt> {
    const receipt = await this.backend.receiver.receiveBatch(terminal.terminalId, bytes);
    await this.backend.verifier.verifyPending();
    return receipt;
  }

  /** One number from the issuer's database. */
  async count(sql: string): Promise<number> {
    const [row] = await this.backend.database.all(sql);
    return Number(Object.values(row ?? {})[0]);
  }

  async findings(): Promise<readonly string[]> {
    const sql = 'SELECT verdict, reason FROM finding ORDER BY batch_id, sam_number';
    const rows = await this.backend.database.all(sql);
    return rows.map(({ verdict, reason }) => `${verdict} ${reason}`);
  }
}

/** A card as the issuer's records see it: its counter, its balance, its certificates. */
export class TestCard {
  readonly idm: IDm;
  readonly #certificateKey: Uint8Array;
  counter = 0;
  balance: Yen = yen(0);

  constructor(cardIdm: IDm, certificateKey: Uint8Array) {
    this.idm = cardIdm;
    this.#certificateKey = certificateKey;
  }

  certificateOf(record: UnsealedRecord): Uint8Array {
    return transactionCertificate(this.#certificateKey, certifiedWriteOf(record)).slice();
  }
}

interface TestTerminalOptions {
  readonly scenario: Scenario;
  readonly terminalId: number;
  readonly merchantId: number;
  readonly kind: SamKind;
  readonly privateKey: KeyObject;
  readonly samKey: Uint8Array;
}

/** Makes the records and batches of one terminal, true ones and others. */
export class TestTerminal {
  readonly #options: TestTerminalOptions;
  records: BatchRecord[] = [];
  samNumber = 0;
  batchNumber = 0;
  previousHash: Uint8Array = new Uint8Array(32);

  constructor(options: TestTerminalOptions) {
    this.#options = options;
  }

  get terminalId(): number {
    return this.#options.terminalId;
  }

  get privateKey(): KeyObject {
    return this.#options.privateKey;
  }

  /** A purse write that the card did, or with `changes` one that it did not. */
  write(card: TestCard, amount: number, changes: Partial<UnsealedRecord> = {}): PurseRecord {
    const { kind: samKind, terminalId } = this.#options;
    const kind: RecordKind = changes.kind ?? (samKind === 'load' ? 'load' : 'debit');
    const balanceBefore = card.balance;
    card.balance = yen(kind === 'debit' ? balanceBefore - amount : balanceBefore + amount);
    card.counter += 1;
    this.samNumber += 1;
    const cardCounter = changes.cardCounter ?? card.counter;
    const record: UnsealedRecord = {
      kind,
      issuerId: ISSUER_ID,
      idm: card.idm,
      keyVersion: KEY_VERSION,
      cardCounter,
      terminalId,
      samId: terminalId,
      samNumber: this.samNumber,
      terminalTransactionNumber: this.samNumber,
      amount: yen(amount),
      balanceBefore,
      balanceAfter: card.balance,
      time: this.#options.scenario.clock,
      executionId: executionIdOf(cardCounter, terminalId % 0x1_0000),
      certificate: undefined,
      certificateBefore: undefined,
      resolution: 'at-tap',
      ...changes,
    };
    const certificate = 'certificate' in changes ? changes.certificate : card.certificateOf(record);
    const sealed = sealRecord(this.#options.samKey, { ...record, certificate });
    this.records.push(sealed);
    return sealed;
  }

  /** The card left before its certificate could be read. */
  writeUncertified(card: TestCard, amount: number): PurseRecord {
    return this.write(card, amount, { certificate: undefined });
  }

  /** A touch of a card that list 5 names; blocked, unless `changes` say otherwise. */
  hit(card: TestCard, changes: Partial<UnsealedHit> = {}): HitRecord {
    const { terminalId, scenario, samKey } = this.#options;
    this.samNumber += 1;
    const sealed = sealHit(samKey, {
      kind: 'hit',
      issuerId: ISSUER_ID,
      idm: card.idm,
      terminalId,
      samId: terminalId,
      samNumber: this.samNumber,
      listSequence: 5,
      isBlockedOnCard: true,
      time: scenario.clock,
      ...changes,
    });
    this.records.push(sealed);
    return sealed;
  }

  /** Asks for a part of a sale of this terminal to be given back, or of another's by `changes`. */
  claim(
    sale: PurseRecord,
    amount: number,
    changes: Partial<UnsealedRefundClaim> = {},
  ): RefundClaim {
    const { terminalId, scenario, samKey } = this.#options;
    this.samNumber += 1;
    const sealed = sealRefundClaim(samKey, {
      kind: 'refund-claim',
      issuerId: ISSUER_ID,
      idm: sale.idm,
      cardCounter: sale.cardCounter,
      terminalId,
      samId: terminalId,
      samNumber: this.samNumber,
      terminalTransactionNumber: sale.terminalTransactionNumber,
      amount: yen(amount),
      time: scenario.clock,
      ...changes,
    });
    this.records.push(sealed);
    return sealed;
  }

  /** The bytes of the next batch, of all records since the last one. */
  close(changes: Partial<Parameters<typeof encodeBatch>[0]> = {}): Uint8Array {
    const { terminalId, merchantId, privateKey, scenario } = this.#options;
    this.batchNumber += 1;
    const content = {
      terminalId,
      merchantId,
      batchNumber: this.batchNumber,
      samId: terminalId,
      openedAt: scenario.clock,
      closedAt: scenario.clock,
      previousBatchHash: this.previousHash,
      records: this.records,
      ...changes,
    };
    const bytes = encodeBatch(content, (signed) => signBatch(privateKey, signed));
    this.previousHash = hashOf(bytes);
    this.records = [];
    return bytes;
  }

  sign(bytes: Uint8Array): Uint8Array {
    return signBatch(this.#options.privateKey, bytes);
  }
}

/** Key pairs take a while to make, so each terminal id has one for all tests. */
function terminalKeys(terminalId: number): {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
} {
  const known = KEYS.get(terminalId) ?? generateKeyPairSync('ed25519');
  KEYS.set(terminalId, known);
  return known;
}

export function later(from: EpochMs, days: number): EpochMs {
  return epochMs(from + days * 24 * 60 * 60 * 1000);
}
