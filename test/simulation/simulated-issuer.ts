import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type IDm, idm } from '#felica/identifiers';
import type { CardPersonalisation } from '#purse/card-profile';
import { basisPoints, businessDate, type EpochMs, type Yen, yen } from '#units';
import { type BackendFolder, createBackendFolder } from '../../backend/config.ts';
import { registerCard } from '../../backend/issuer/card-account.ts';
import { personaliseCard } from '../../backend/issuer/issue-card.ts';
import { formatSamFile } from '../../backend/issuer/issue-sam.ts';
import { registerMerchant } from '../../backend/issuer/merchant.ts';
import { registerSam } from '../../backend/issuer/sam-account.ts';
import { enrolTerminal } from '../../backend/issuer/terminal.ts';
import { type Backend, openBackend } from '../../backend/open-backend.ts';
import type { KeystoreAccess } from '../../backend/open-keystore.ts';
import type { UplinkAnswer } from '../../terminal/batch/upload-batch.ts';
import { decodeSamFile, type SamKeys } from '../../terminal/sam/sam-file.ts';
import type { IssuerEvidence } from './auditor/evidence.ts';
import { readIssuerEvidence } from './issuer-evidence.ts';
import type { Odds } from './odds.ts';
import { Crash } from './simulated-disk.ts';

const ISSUER_ID = 81;
const EXPIRY = businessDate('2031-11-23');
const BALANCE_MAX = yen(50_000);
export const AMOUNT_MAX: Yen = yen(30_000);
const DEBIT_MAX = yen(20_000);
/** A batch is stored in fewer steps, and posted in about so many. */
const CRASH_STEPS_MOST = 24;
const FEE = basisPoints(325);
const COMMISSION = basisPoints(50);
/** Its keys are nobody's. */
const PLAIN_KEYSTORE: KeystoreAccess = {
  secret: () => {
    throw new Error('the keystore of a simulation is plain');
  },
  warn: () => undefined,
};
/** The head of an Ed25519 private key in PKCS #8; the 32 bytes of the key follow (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface EnrolledTerminal {
  readonly samKeys: SamKeys;
  readonly privateKey: KeyObject;
}

interface IssuerWorld {
  readonly odds: Odds;
  /** What befalls the issuer, drawn apart from what befalls the shops. */
  readonly crashOdds: Odds;
  readonly now: () => EpochMs;
  readonly tell: (text: string) => void;
}

/** The issuer and the carrier: the real backend, in a folder that is gone afterwards. */
export class SimulatedIssuer {
  readonly #files: BackendFolder;
  readonly #world: IssuerWorld;
  #open: Backend | undefined;
  /** How many more durable steps its databases do before the power is gone. */
  #stepsLeft = Number.POSITIVE_INFINITY;
  /** How many of 1000 pieces of work meet a loss of power. */
  crashesPerMille = 0;
  crashCount = 0;

  private constructor(files: BackendFolder, world: IssuerWorld) {
    this.#files = files;
    this.#world = world;
  }

  static async found(world: IssuerWorld): Promise<SimulatedIssuer> {
    const folder = mkdtempSync(join(tmpdir(), 'kazasu-simulation-'));
    const files = createBackendFolder(folder, ISSUER_ID, world.odds.bytes);
    const issuer = new SimulatedIssuer(files, world);
    await issuer.#start();
    return issuer;
  }

  get #backend(): Backend {
    if (this.#open === undefined) throw new Error('the issuer is not open');
    return this.#open;
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.#backend.keystore.signingKey);
  }

  async addMerchant(merchantId: number): Promise<void> {
    const rates = { fee: FEE, commission: COMMISSION };
    const merchant = { merchantId, name: `Merchant ${merchantId}`, rates };
    await registerMerchant(this.#backend.database, merchant, this.#world.now());
  }

  /** With a SAM of the same number. */
  async enrol(
    terminalId: number,
    merchantId: number,
    kind: 'pos-void' | 'load',
  ): Promise<EnrolledTerminal> {
    const { database, keystore } = this.#backend;
    const amountMax = AMOUNT_MAX;
    const sam = { samId: terminalId, kind, keyVersion: keystore.keyVersion, amountMax };
    await registerSam(database, sam, this.#world.now());
    const key = Buffer.concat([PKCS8_HEAD, this.#world.odds.bytes(32)]);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const publicKey = Uint8Array.from(der);
    const terminal = { terminalId, merchantId, samId: terminalId, kind, amountMax, publicKey };
    await enrolTerminal(database, terminal, this.#world.now());
    const content = { ceilings: undefined, retired: new Set<number>(), hasLite: false };
    return { samKeys: decodeSamFile(formatSamFile(keystore, sam, content)), privateKey };
  }

  async issueCard(number: number): Promise<CardPersonalisation> {
    const { database, keystore } = this.#backend;
    const address: IDm = idm(Uint8Array.of(0x02, 0xfe, 0, 0, 0, 0, 0, number));
    const issue = { idm: address, expiry: EXPIRY, balanceMax: BALANCE_MAX, debitMax: DEBIT_MAX };
    const personalisation = personaliseCard(keystore, issue, this.#world.odds.bytes);
    const account = { idm: address, keyVersion: keystore.keyVersion };
    await registerCard(database, account, this.#world.now());
    return personalisation;
  }

  /** As `POST /terminals/:terminalId/batches` answers; `undefined` where the power went meanwhile. */
  async receive(terminalId: number, batch: Uint8Array): Promise<UplinkAnswer | undefined> {
    const receipt = await this.#atRisk(({ receiver }) => receiver.receiveBatch(terminalId, batch));
    if (receipt === undefined) return undefined;
    if (receipt.result === 'refused') {
      const { reason: code, detail, missing } = receipt;
      const asked = missing && { missingBatches: missing };
      return { status: 409, body: { code, detail, ...asked } };
    }
    const acknowledgement = Buffer.from(receipt.acknowledgement).toString('base64');
    return { status: 200, body: { result: receipt.result, acknowledgement } };
  }

  async verify(): Promise<void> {
    await this.#atRisk(({ verifier }) => verifier.verifyPending());
  }

  evidence(): Promise<IssuerEvidence> {
    return readIssuerEvidence(this.#backend.database);
  }

  async dissolve(): Promise<void> {
    await this.#open?.close();
    rmSync(dirname(this.#files.keystorePath), { recursive: true });
  }

  /** Work in which the power may go at any step. Then the issuer starts again, and there is no result. */
  async #atRisk<Result>(work: (backend: Backend) => Promise<Result>): Promise<Result | undefined> {
    const { crashOdds, tell } = this.#world;
    if (crashOdds.perMille(this.crashesPerMille)) {
      this.#stepsLeft = crashOdds.below(CRASH_STEPS_MOST);
    }
    try {
      return await work(this.#backend);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      tell('issuer: power cut');
      this.crashCount += 1;
      await this.#backend.close();
      await this.#start();
      return undefined;
    } finally {
      this.#stepsLeft = Number.POSITIVE_INFINITY;
    }
  }

  async #start(): Promise<void> {
    this.#stepsLeft = Number.POSITIVE_INFINITY;
    this.#open = await openBackend(this.#files, PLAIN_KEYSTORE, this.#world.now, () => {
      this.#stepsLeft -= 1;
      if (this.#stepsLeft < 0) throw new Crash();
    });
  }
}
