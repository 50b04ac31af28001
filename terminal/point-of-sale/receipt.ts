import { type EpochMs, formatYen, subtractYen, type Yen } from '#units';
import { VERB_BY_KIND } from './outcome-text.ts';
import { escapeMarkup, formatTime, printedText } from './receipt-print.ts';

/** What a customer is handed. The fields are those that the schemes require of a purse receipt. */
export interface Receipt {
  readonly merchantName: string;
  readonly terminalId: number;
  readonly terminalTransactionNumber: number;
  readonly time: EpochMs;
  readonly kind: 'load' | 'debit' | 'void';
  /** The last two bytes of the IDm: enough for the holder, too little for anybody else. */
  readonly cardName: string;
  readonly amount: Yen;
  /** What the sale came to, where the purse held less. */
  readonly asked?: Yen | undefined;
  readonly balanceBefore: Yen;
  readonly balanceAfter: Yen;
  readonly resolution: 'at-tap' | 'at-re-tap';
  /** A cashback for a refund, which may be of a part of the sale, and not a void. */
  readonly isRefund?: boolean;
}

const TITLES: Readonly<Record<Receipt['kind'], string>> = {
  debit: 'RECEIPT',
  load: 'LOAD SLIP',
  void: 'VOID',
};

/** The receipt in receiptline's markup: one source for paper, screen and file. */
export function receiptMarkup(receipt: Receipt): string {
  const { kind, resolution } = receipt;
  const rows = [
    ['Date', formatTime(receipt.time)],
    ['Terminal', `${receipt.terminalId}`],
    ['Number', `${receipt.terminalTransactionNumber}`],
    ['Card', `ends in ${receipt.cardName}`],
    ['Balance before', formatYen(receipt.balanceBefore)],
    [VERB_BY_KIND[kind], formatYen(receipt.amount)],
    ['Balance after', formatYen(receipt.balanceAfter)],
    ...restRow(receipt),
  ];
  const lines = [
    escapeMarkup(receipt.merchantName),
    receipt.isRefund === true ? 'REFUND' : TITLES[kind],
    '---',
    ...rows.map(([label, value]) => `${label} | ${value}`),
    '---',
  ];
  if (resolution === 'at-re-tap') lines.push('Confirmed at a later touch of the card');
  return lines.join('\n');
}

/** The receipt as it is printed. */
export function receiptText(receipt: Receipt): string {
  return printedText(receiptMarkup(receipt));
}

function restRow({ asked, amount }: Receipt): readonly (readonly [string, string])[] {
  return asked === undefined ? [] : [['Still to pay', formatYen(subtractYen(asked, amount))]];
}
