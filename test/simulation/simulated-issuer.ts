import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IDm, idm } from '#felica/identifiers';
import type { CardPersonalisation } from '#purse/card-profile';
import { basisPoints, businessDate, type EpochMs, type Yen, yen } from '#units';
import { createBackendFolder } from '../../backend/config.ts';
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

const ISSUER_ID = 81;
const EXPIRY = businessDate('2031-11-23');
const BALANCE_MAX = yen(50_000);
export const AMOUNT_MAX: Yen = yen(30_000);
const DEBIT_MAX = yen(20_000);
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

/** The issuer and the carrier: the real backend, in a folder that is gone afterwards. */
export class SimulatedIssuer {
  readonly #folder: string;
  readonly #backend: Backend;
  readonly #odds: Odds;
  readonly #now: () => EpochMs;

  private constructor(
    folder: string,
    opened: { readonly backend: Backend; readonly odds: Odds; readonly now: () => EpochMs },
  ) {
    this.#folder = folder;
    this.#backend = opened.backend;
    this.#odds = opened.odds;
    this.#now = opened.now;
  }

  static async found(odds: Odds, now: () => EpochMs): Promise<SimulatedIssuer> {
    const folder = mkdtempSync(join(tmpdir(), 'kazasu-simulation-'));
    const created = createBackendFolder(folder, ISSUER_ID, odds.bytes);
    const backend = await openBackend(created, PLAIN_KEYSTORE, now);
    return new SimulatedIssuer(folder, { backend, odds, now });
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.#backend.keystore.signingKey);
  }

  async addMerchant(merchantId: number): Promise<void> {
    const rates = { fee: FEE, commission: COMMISSION };
    const merchant = { merchantId, name: `Merchant ${merchantId}`, rates };
    await registerMerchant(this.#backend.database, merchant, this.#now());
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
    await registerSam(database, sam, this.#now());
    const key = Buffer.concat([PKCS8_HEAD, this.#odds.bytes(32)]);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const publicKey = Uint8Array.from(der);
    const terminal = { terminalId, merchantId, samId: terminalId, kind, amountMax, publicKey };
    await enrolTerminal(database, terminal, this.#now());
    const content = { ceilings: undefined, retired: new Set<number>(), hasLite: false };
    return { samKeys: decodeSamFile(formatSamFile(keystore, sam, content)), privateKey };
  }

  async issueCard(number: number): Promise<CardPersonalisation> {
    const { database, keystore } = this.#backend;
    const address: IDm = idm(Uint8Array.of(0x02, 0xfe, 0, 0, 0, 0, 0, number));
    const issue = { idm: address, expiry: EXPIRY, balanceMax: BALANCE_MAX, debitMax: DEBIT_MAX };
    const personalisation = personaliseCard(keystore, issue, this.#odds.bytes);
    const account = { idm: address, keyVersion: keystore.keyVersion };
    await registerCard(database, account, this.#now());
    return personalisation;
  }

  /** As `POST /terminals/:terminalId/batches` answers. */
  async receive(terminalId: number, batch: Uint8Array): Promise<UplinkAnswer> {
    const receipt = await this.#backend.receiver.receiveBatch(terminalId, batch);
    if (receipt.result === 'refused') {
      return { status: 409, body: { code: receipt.reason, detail: receipt.detail } };
    }
    const acknowledgement = Buffer.from(receipt.acknowledgement).toString('base64');
    return { status: 200, body: { result: receipt.result, acknowledgement } };
  }

  async verify(): Promise<void> {
    await this.#backend.verifier.verifyPending();
  }

  evidence(): Promise<IssuerEvidence> {
    return readIssuerEvidence(this.#backend.database);
  }

  async dissolve(): Promise<void> {
    await this.#backend.close();
    rmSync(this.#folder, { recursive: true });
  }
}
