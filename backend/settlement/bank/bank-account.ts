import { z } from 'zod';
import { isZenginText, zenginText } from './zengin-text.ts';

const BANK_NAME_MAX = 15;
const HOLDER_MAX = 30;

/** Ordinary (普通), current (当座), savings (貯蓄). */
export type DepositKind = 'ordinary' | 'current' | 'savings';

/** An account in Japan. Names are in the letters of bank files, see `zenginText`. */
export interface BankAccount {
  /** Four digits. */
  readonly bankCode: string;
  readonly bankName: string;
  /** Three digits. */
  readonly branchCode: string;
  readonly branchName: string;
  readonly kind: DepositKind;
  /** Seven digits. */
  readonly number: string;
  readonly holder: string;
}

/** The account money is paid from, and who the bank knows its owner as. */
export interface PayerAccount extends BankAccount {
  /** Ten digits, given by the bank. */
  readonly clientCode: string;
}

const DEPOSIT_DIGITS: Readonly<Record<DepositKind, string>> = {
  ordinary: '1',
  current: '2',
  savings: '4',
};

const ACCOUNT_FIELDS = {
  bankCode: digits(4),
  bankName: name(BANK_NAME_MAX),
  branchCode: digits(3),
  branchName: name(BANK_NAME_MAX),
  kind: z.enum(['ordinary', 'current', 'savings']),
  number: digits(7),
  holder: name(HOLDER_MAX),
};

/** Takes names as people write them, and gives them in the letters of bank files. */
export const BANK_ACCOUNT: z.ZodType<BankAccount, unknown> = z.strictObject(ACCOUNT_FIELDS);

export const PAYER_ACCOUNT: z.ZodType<PayerAccount, unknown> = z.strictObject({
  ...ACCOUNT_FIELDS,
  clientCode: digits(10),
});

/** The kind of the account as all bank files number it. */
export function depositDigit({ kind }: BankAccount): string {
  return DEPOSIT_DIGITS[kind];
}

function digits(count: number): z.ZodType<string, unknown> {
  return z.string().regex(new RegExp(`^\\d{${count}}$`), `expected ${count} digits`);
}

function name(lettersMax: number): z.ZodType<string, unknown> {
  return z
    .string()
    .transform((text) => zenginText(text.trim()) ?? text)
    .refine((text) => isZenginText(text) && text.length > 0, 'expected kana, capitals and digits')
    .refine(
      (text) => text.length <= lettersMax,
      `expected at most ${lettersMax} letters of half width`,
    );
}
