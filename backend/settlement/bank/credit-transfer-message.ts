import assert from 'node:assert/strict';
import type { EpochMs, Yen } from '#units';
import { type BankAccount, depositDigit } from './bank-account.ts';
import {
  instructionFault,
  type PaymentInstruction,
  type PaymentOrder,
  totalOf,
} from './payment-order.ts';
import { element, type XmlElement, xmlDocument } from './xml-document.ts';

/** The version that the EDI system of the Japanese banks (ZEDI) takes. */
export const CREDIT_TRANSFER_NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03';

const JAPAN_OFFSET_MS = 9 * 60 * 60 * 1000;
/** The clearing system of Japan: a member is the bank's four digits and the branch's three. */
const ZENGIN_CLEARING = 'JPZGN';

/**
 * The instruction as an ISO 20022 message pain.001.001.03, UTF-8. Whoever calls has asked
 * {@link instructionFault}.
 */
export function creditTransferMessage(instruction: PaymentInstruction): string {
  const fault = instructionFault(instruction);
  assert(fault === undefined, `payment message: ${fault}`);
  return xmlDocument(
    CREDIT_TRANSFER_NAMESPACE,
    element('Document', [
      element('CstmrCdtTrfInitn', [groupHeader(instruction), paymentInformation(instruction)]),
    ]),
  );
}

function groupHeader(instruction: PaymentInstruction): XmlElement {
  const { instructionId, createdAt, payer } = instruction;
  return element('GrpHdr', [
    element('MsgId', instructionId),
    element('CreDtTm', japanTime(createdAt)),
    ...totals(instruction),
    element('InitgPty', [element('Nm', payer.holder), organisation(payer.clientCode)]),
  ]);
}

function paymentInformation(instruction: PaymentInstruction): XmlElement {
  const { instructionId, payer, payOn, orders } = instruction;
  return element('PmtInf', [
    element('PmtInfId', instructionId),
    element('PmtMtd', 'TRF'),
    // One debit for the whole file is what banks in Japan book.
    element('BtchBookg', 'true'),
    ...totals(instruction),
    element('ReqdExctnDt', payOn),
    element('Dbtr', [element('Nm', payer.holder)]),
    element('DbtrAcct', account(payer)),
    element('DbtrAgt', agent(payer)),
    ...orders.map(creditTransfer),
  ]);
}

function creditTransfer({ orderId, payee, amount }: PaymentOrder): XmlElement {
  return element('CdtTrfTxInf', [
    element('PmtId', [element('EndToEndId', orderId)]),
    element('Amt', [element('InstdAmt', yenText(amount), { Ccy: 'JPY' })]),
    element('CdtrAgt', agent(payee)),
    element('Cdtr', [element('Nm', payee.holder)]),
    element('CdtrAcct', account(payee)),
  ]);
}

function totals(instruction: PaymentInstruction): readonly XmlElement[] {
  return [
    element('NbOfTxs', String(instruction.orders.length)),
    element('CtrlSum', yenText(totalOf(instruction))),
  ];
}

function account(of: BankAccount): readonly XmlElement[] {
  return [
    element('Id', [element('Othr', [element('Id', of.number)])]),
    element('Tp', [element('Prtry', depositDigit(of))]),
    element('Ccy', 'JPY'),
  ];
}

function agent({ bankCode, bankName, branchCode, branchName }: BankAccount): readonly XmlElement[] {
  return [
    element('FinInstnId', [
      element('ClrSysMmbId', [
        element('ClrSysId', [element('Cd', ZENGIN_CLEARING)]),
        element('MmbId', bankCode + branchCode),
      ]),
      element('Nm', bankName),
    ]),
    element('BrnchId', [element('Id', branchCode), element('Nm', branchName)]),
  ];
}

function organisation(clientCode: string): XmlElement {
  return element('Id', [element('OrgId', [element('Othr', [element('Id', clientCode)])])]);
}

/** Yen have no decimals. */
function yenText(amount: Yen): string {
  return String(amount);
}

function japanTime(instant: EpochMs): string {
  return `${new Date(instant + JAPAN_OFFSET_MS).toISOString().slice(0, 19)}+09:00`;
}
