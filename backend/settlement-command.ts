import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type BusinessDate, type EpochMs, formatYen } from '#units';
import { readText, writeNewFile } from './config.ts';
import { parseTerminalKey } from './issuer/terminal.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome, registrationOutcome } from './outcome-text.ts';
import type { Party } from './settlement/proposal.ts';
import { registerCarrierKey } from './settlement/proposal-store.ts';
import { proposeWindow } from './settlement/propose-window.ts';
import { reportDeposit } from './settlement/report-deposit.ts';
import { signWindow } from './settlement/sign-window.ts';

/** One of the two. */
export interface CarrierKeyOptions {
  readonly publicKey?: string;
  /** The file of the private key to make. */
  readonly make?: string;
}

export interface ProposeOptions {
  readonly window: number;
  readonly out?: string;
}

export interface SignOptions {
  readonly window: number;
  readonly party: Party;
  readonly keyFile?: string;
}

/** `kazasu backend carrier-key`: a key that the carrier has told, or a new one in a file of its own. */
export async function carrierKey(
  { database }: Backend,
  options: CarrierKeyOptions,
  now: EpochMs,
): Promise<Outcome> {
  const { publicKey: path, make } = options;
  if (path === undefined && make === undefined) return keyRefused('give --public-key or --make');
  const publicKey = path === undefined ? madeKey(make ?? '') : parseTerminalKey(keyText(path));
  if (publicKey === undefined) return keyRefused(`${path} is no Ed25519 public key in PEM`);
  const registration = await registerCarrierKey(database, publicKey, now);
  return registrationOutcome(registration, "the carrier's key; from now on both parties sign");
}

/** `kazasu backend propose`. */
export async function propose(
  { settlement }: Backend,
  { window: windowNumber, out }: ProposeOptions,
): Promise<Outcome> {
  const proposed = await proposeWindow(settlement, windowNumber);
  if (proposed.result === 'refused') return refusedOutcome(proposed);
  const { result, bytes } = proposed;
  if (out !== undefined) writeNewFile(out, bytes);
  const text = new TextDecoder().decode(bytes);
  return { json: { result, windowNumber, text }, lines: text.trimEnd().split('\n') };
}

/** `kazasu backend sign`: the issuer with the key it has, the carrier with the key in a file. */
export async function signSettlement(
  { settlement, keystore }: Backend,
  { window: windowNumber, party, keyFile }: SignOptions,
): Promise<Outcome> {
  const privateKey = party === 'issuer' ? keystore.signingKey : privateKeyIn(keyFile);
  if (privateKey === undefined) return keyRefused('--key-file has no Ed25519 private key in PEM');
  const signed = await signWindow(settlement, { windowNumber, party, privateKey });
  if (signed.result === 'refused') return refusedOutcome(signed);
  const { result, isComplete } = signed;
  const signature = Buffer.from(signed.signature).toString('base64');
  const word = result === 'signed' ? 'has signed' : 'had signed before';
  const next = isComplete ? 'Both parties have signed.' : 'The other party has not signed.';
  return {
    json: { result, windowNumber, party, signature, isComplete },
    lines: [`The ${party} ${word} window ${windowNumber}. ${next}`],
  };
}

/** `kazasu backend deposit-report`. */
export async function depositReport(
  { settlement }: Backend,
  { baseDate }: { readonly baseDate: BusinessDate },
): Promise<Outcome> {
  const reported = await reportDeposit(settlement, baseDate);
  if (reported.result === 'refused') return refusedOutcome(reported);
  const { result, report } = reported;
  const word = result === 'made' ? 'is kept from now on' : 'is what was reported before';
  return {
    json: { result, ...report },
    lines: [
      `The report of ${baseDate} ${word}.`,
      `  owed to cards    ${formatYen(report.cardLiability)}`,
      `  held             ${formatYen(report.suspense)}`,
      `  waits for cards  ${formatYen(report.pendingLoads)}`,
      `  unused together  ${formatYen(report.unused)}`,
      `  deposit          ${formatYen(report.deposit)}, until ${report.payableUntil}`,
      `  computed from ${report.transferCount} transfers, ${report.booksHash}`,
    ],
  };
}

/** Writes a new private key, readable by its owner only, and gives the public key. */
function madeKey(path: string): Uint8Array {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeNewFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

function keyText(path: string): string {
  return readText(path, 'it is the public key of the carrier');
}

/** An Ed25519 private key in PEM, or `undefined`. */
export function privateKeyIn(path: string | undefined): KeyObject | undefined {
  if (path === undefined) return undefined;
  const pem = readText(path, 'it is the private key of the carrier');
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

export function keyRefused(detail: string): Outcome {
  return refusedOutcome({ reason: 'SETTLEMENT_KEY_UNKNOWN', detail });
}
