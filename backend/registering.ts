import { formatIdm, type IDm } from '#felica/identifiers';
import { encodeCardImage } from '#purse/card-image';
import type { SamKind } from '#purse/sam-kind';
import {
  type BasisPoints,
  type BusinessDate,
  businessDate,
  businessDateOf,
  type EpochMs,
  type Yen,
  yen,
} from '#units';
import { readText, writeNewFile } from './config.ts';
import { registerCard } from './issuer/card-account.ts';
import { personaliseCard, randomIdm } from './issuer/issue-card.ts';
import { issuedLiteImage } from './issuer/issue-lite-card.ts';
import { formatSamFile, sealSamFile } from './issuer/issue-sam.ts';
import { readKeyRetirements, retiredVersions } from './issuer/key-retirement.ts';
import { registerMerchant } from './issuer/merchant.ts';
import { noteCeilings, registerSam } from './issuer/sam-account.ts';
import { newSecretOf, type SecretFileOptions } from './issuer/secret-file.ts';
import { enrolTerminal, parseTerminalKey } from './issuer/terminal.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, registrationOutcome } from './outcome-text.ts';

const CARD_YEARS = 5;

/** A busy shop's trade of several days. What a stolen SAM can do before it is missed is not more. */
const CEILING_COUNT = 10_000;
const CEILING_AMOUNT: Yen = yen(10_000_000);

const LITE_SAM_WARNING =
  '; it takes AND makes value on every Lite-S card: whoever copies it makes money';

export interface SamOptions extends SecretFileOptions {
  readonly sam: number;
  readonly kind: SamKind;
  readonly out: string;
  readonly amountMax: Yen;
  readonly ceilingCount?: number;
  readonly ceilingAmount?: Yen;
  /** Whether it serves Lite-S cards too. */
  readonly liteS?: true;
}

/** The kinds of card that are issued (card-profile.md, lite-s-profile.md). */
export const CARD_PROFILES = ['standard', 'lite-s'] as const;

export interface CardOptions {
  /** Standard if absent. */
  readonly profile?: (typeof CARD_PROFILES)[number];
  readonly out: string;
  readonly idm?: IDm;
  readonly expiry?: BusinessDate;
  readonly balanceMax: Yen;
  readonly debitMax: Yen;
}

export interface MerchantOptions {
  readonly merchant: number;
  readonly name: string;
  readonly fee: BasisPoints;
  readonly commission: BasisPoints;
}

export interface TerminalOptions {
  readonly terminal: number;
  readonly merchant: number;
  readonly sam: number;
  readonly kind: SamKind;
  readonly publicKey: string;
  readonly amountMax: Yen;
}

/** Registers first: a file of keys that the issuer does not know of would be worthless. */
export async function issueSam(
  { database, keystore }: Backend,
  options: SamOptions,
  { now, random }: { readonly now: EpochMs; readonly random: (byteCount: number) => Uint8Array },
): Promise<Outcome> {
  const { sam: samId, kind, amountMax, out } = options;
  const secret = newSecretOf(options, 'SAM_SECRET_INVALID', random);
  const sam = { samId, kind, keyVersion: keystore.keyVersion, amountMax };
  const registration = await registerSam(database, sam, now);
  if (registration.result !== 'refused') {
    const { ceilingCount: count = CEILING_COUNT, ceilingAmount: amount = CEILING_AMOUNT } = options;
    const retired = retiredVersions(await readKeyRetirements(database), now);
    await noteCeilings(database, { samId, count, amount }, now);
    const content = { ceilings: { count, amount }, retired, hasLite: options.liteS ?? false };
    const text =
      secret === undefined
        ? formatSamFile(keystore, sam, content)
        : await sealSamFile(keystore, sam, { ...content, secret, random });
    writeNewFile(out, text);
  }
  const warning = options.liteS === true ? LITE_SAM_WARNING : '';
  return registrationOutcome(registration, `${kind} SAM ${samId} in ${out}${warning}`);
}

export async function issueCard(
  { database, keystore }: Backend,
  options: CardOptions,
  { now, random }: { readonly now: EpochMs; readonly random: (byteCount: number) => Uint8Array },
): Promise<Outcome> {
  const idm = options.idm ?? randomIdm(random);
  const { expiry = cardExpiry(now), balanceMax, debitMax, out } = options;
  const issue = { idm, expiry, balanceMax, debitMax };
  const isLite = options.profile === 'lite-s';
  const image = isLite
    ? issuedLiteImage(keystore, issue)
    : encodeCardImage(personaliseCard(keystore, issue, random));
  const cardProfile = isLite ? 'lite-s' : undefined;
  const account = { idm, keyVersion: keystore.keyVersion, cardProfile } as const;
  const registration = await registerCard(database, account, now);
  if (registration.result !== 'refused') writeNewFile(out, image);
  const name = formatIdm(idm);
  return registrationOutcome(registration, `card ${name} in ${out}`, { idm: name });
}

export async function addMerchant(
  { database }: Backend,
  { merchant: merchantId, name, fee, commission }: MerchantOptions,
  now: EpochMs,
): Promise<Outcome> {
  const merchant = { merchantId, name, rates: { fee, commission } };
  const registration = await registerMerchant(database, merchant, now);
  return registrationOutcome(registration, `merchant ${merchantId}, ${name}`);
}

export async function addTerminal(
  { database }: Backend,
  options: TerminalOptions,
  now: EpochMs,
): Promise<Outcome> {
  const { terminal: terminalId, merchant: merchantId, sam: samId, kind, amountMax } = options;
  const pem = readText(options.publicKey, '`kazasu terminal init` makes the key');
  const publicKey = parseTerminalKey(pem);
  if (publicKey === undefined) {
    const detail = `${options.publicKey} is no Ed25519 public key in PEM`;
    return registrationOutcome({ result: 'refused', reason: 'TERMINAL_KEY_INVALID', detail }, '');
  }
  const terminal = { terminalId, merchantId, samId, kind, amountMax, publicKey };
  const registration = await enrolTerminal(database, terminal, now);
  return registrationOutcome(registration, `terminal ${terminalId} of merchant ${merchantId}`);
}

/** The same day five years on; the 29th of February becomes the 28th. */
export function cardExpiry(now: EpochMs): BusinessDate {
  const [year, month, day] = businessDateOf(now).split('-');
  const lastDay = month === '02' && day === '29' ? '28' : day;
  return businessDate(`${Number(year) + CARD_YEARS}-${month}-${lastDay}`);
}
