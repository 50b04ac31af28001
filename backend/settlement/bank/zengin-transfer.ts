import assert from 'node:assert/strict';
import { depositDigit } from './bank-account.ts';
import {
  instructionFault,
  type PaymentInstruction,
  type PaymentOrder,
  totalOf,
} from './payment-order.ts';
import { zenginBytes } from './zengin-text.ts';

const RECORD_LENGTH = 120;
/** Bulk transfer (総合振込), in JIS. */
const BULK_TRANSFER = '210';

/**
 * The instruction in the fixed format of the Japanese Bankers Association for bulk transfers: records of
 * 120 bytes of JIS X 0201, each with CR LF after it: one header, one record for each order, trailer, end.
 * An order's id stands in the field of EDI information, which the payee's bank shows to the payee.
 * Whoever calls has asked {@link instructionFault}.
 */
export function zenginTransfer(instruction: PaymentInstruction): Uint8Array {
  const fault = instructionFault(instruction);
  assert(fault === undefined, `bank file: ${fault}`);
  const records = [
    header(instruction),
    ...instruction.orders.map(orderRecord),
    record(['8', digits(6, instruction.orders.length), digits(12, totalOf(instruction))]),
    record(['9']),
  ];
  return zenginBytes(records.map((text) => `${text}\r\n`).join(''));
}

function header({ payer, payOn }: PaymentInstruction): string {
  const [, month = '', day = ''] = payOn.split('-');
  return record([
    '1',
    BULK_TRANSFER,
    payer.clientCode,
    letters(40, payer.holder),
    month + day,
    payer.bankCode,
    letters(15, payer.bankName),
    payer.branchCode,
    letters(15, payer.branchName),
    depositDigit(payer),
    payer.number,
  ]);
}

function orderRecord({ orderId, payee, amount }: PaymentOrder): string {
  return record([
    '2',
    payee.bankCode,
    letters(15, payee.bankName),
    payee.branchCode,
    letters(15, payee.branchName),
    // The clearing house of paper cheques: not used.
    '0000',
    depositDigit(payee),
    payee.number,
    letters(30, payee.holder),
    digits(10, amount),
    // Neither a new payee nor a changed one.
    '0',
    letters(20, orderId),
    // By wire; and Y says that the 20 letters before are EDI information.
    '7',
    'Y',
  ]);
}

function record(fields: readonly string[]): string {
  return letters(RECORD_LENGTH, fields.join(''));
}

function letters(length: number, text: string): string {
  assert(text.length <= length, `bank file: "${text}" has more than ${length} letters`);
  return text.padEnd(length, ' ');
}

function digits(length: number, value: number): string {
  const text = String(value).padStart(length, '0');
  assert(text.length === length, `bank file: ${value} has more than ${length} digits`);
  return text;
}
