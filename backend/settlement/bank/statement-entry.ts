import {
  type BusinessDate,
  businessDate,
  negateYen,
  type SignedYen,
  sumSignedYen,
  type Yen,
  yen,
} from '#units';
import { BankFileError, nodesAt, textAt, type XmlNode } from './xml-reader.ts';

/** `statement`: what the bank booked (camt.053). `notification`: what it tells beforehand (camt.054). */
export type StatementKind = 'statement' | 'notification';

/** One movement of the account, or one payment of those that were booked together. */
export interface BankMovement {
  readonly kind: StatementKind;
  /** The bank's own name for the movement; no two have the same. */
  readonly bankReference: string | undefined;
  /** The id of the order, as it was given to the bank. */
  readonly endToEndId: string | undefined;
  /** The id of the instruction, where a whole file was booked in one sum. */
  readonly instructionId: string | undefined;
  readonly amount: Yen;
  /** From the side of who owns the account: a debit leaves it. */
  readonly direction: 'credit' | 'debit';
  /** It takes a movement back, or brings back a payment that could not be made. */
  readonly isReturn: boolean;
  readonly returnReason: string | undefined;
  readonly isBooked: boolean;
  readonly bookedOn: BusinessDate | undefined;
}

/** A balance that the bank gives: `OPBD` opening, `PRCD` closing of the day before, `CLBD` closing. */
export interface StatementBalance {
  readonly type: string | undefined;
  readonly amount: SignedYen;
}

const YEN_TEXT = /^(\d{1,15})(?:\.0{1,5})?$/;

/**
 * The movements of one entry (`Ntry`), each payment of it for itself. They sum to the entry: what does
 * not is refused, because nobody could say where the rest is.
 */
export function movementsOf(entry: XmlNode, kind: StatementKind): readonly BankMovement[] {
  const amount = amountOf(entry);
  const direction = directionOf(entry);
  if (amount === undefined || direction === undefined) fail('an entry without amount or direction');
  const details = nodesAt(entry, 'NtryDtls/TxDtls');
  const whole = { amount, direction, kind, entry };
  if (details.length === 0) return [movement(whole, entry, undefined)];
  const parts = details.map((detail, index) => {
    const own = amountOf(detail) ?? yenIn(nodesAt(detail, 'AmtDtls/TxAmt/Amt')[0]);
    if (own === undefined && details.length > 1) fail('a payment of several without its amount');
    const part = { ...whole, amount: own ?? amount, direction: directionOf(detail) ?? direction };
    return movement(part, detail, details.length > 1 ? index : undefined);
  });
  const isWhole = sumSignedYen(parts.map(changeOf)) === changeOf({ amount, direction });
  return isWhole ? parts : fail('payments that do not sum to their entry');
}

/** What a movement changes: credits add. */
export function changeOf({
  amount,
  direction,
}: Pick<BankMovement, 'amount' | 'direction'>): SignedYen {
  return direction === 'credit' ? sumSignedYen([amount]) : negateYen(amount);
}

export function balanceIn(balance: XmlNode): StatementBalance {
  const amount = amountOf(balance);
  const direction = directionOf(balance);
  if (amount === undefined || direction === undefined) {
    fail('a balance without amount or direction');
  }
  return { type: textAt(balance, 'Tp/CdOrPrtry/Cd'), amount: changeOf({ amount, direction }) };
}

interface Part extends Pick<BankMovement, 'kind' | 'amount' | 'direction'> {
  readonly entry: XmlNode;
}

/** `index` is the place among the payments of an entry that has several. */
function movement(
  { entry, kind, amount, direction }: Part,
  detail: XmlNode,
  index: number | undefined,
): BankMovement {
  const entryReference = textAt(entry, 'AcctSvcrRef');
  const fallback = index === undefined ? entryReference : joined(entryReference, index);
  const returnReason = textAt(detail, 'RtrInf/Rsn/Cd') ?? textAt(detail, 'RtrInf/Rsn/Prtry');
  return {
    kind,
    bankReference: textAt(detail, 'Refs/AcctSvcrRef') ?? fallback,
    endToEndId: provided(textAt(detail, 'Refs/EndToEndId')),
    instructionId:
      textAt(detail, 'Refs/PmtInfId') ??
      textAt(entry, 'NtryDtls/Btch/PmtInfId') ??
      textAt(entry, 'NtryDtls/Btch/MsgId'),
    amount,
    direction,
    isReturn: textAt(entry, 'RvslInd') === 'true' || nodesAt(detail, 'RtrInf').length > 0,
    returnReason,
    // Until version 7 the status is the text, later a code in it.
    isBooked: (textAt(entry, 'Sts/Cd') ?? textAt(entry, 'Sts')) === 'BOOK',
    bookedOn: dateIn(textAt(entry, 'BookgDt/Dt') ?? textAt(entry, 'BookgDt/DtTm')),
  };
}

function joined(reference: string | undefined, index: number): string | undefined {
  return reference && `${reference}/${index + 1}`;
}

/** Banks write this where a payment has no such id. */
function provided(id: string | undefined): string | undefined {
  return id === 'NOTPROVIDED' ? undefined : id;
}

function amountOf(node: XmlNode): Yen | undefined {
  return yenIn(nodesAt(node, 'Amt')[0]);
}

function yenIn(node: XmlNode | undefined): Yen | undefined {
  if (node === undefined) return undefined;
  const [, digits] = YEN_TEXT.exec(node.text.trim()) ?? [];
  if (node.attributes.get('Ccy') !== 'JPY' || digits === undefined) fail('an amount not in yen');
  return yen(Number(digits));
}

function directionOf(node: XmlNode): 'credit' | 'debit' | undefined {
  const text = textAt(node, 'CdtDbtInd');
  if (text === undefined) return undefined;
  if (text === 'CRDT') return 'credit';
  return text === 'DBIT' ? 'debit' : fail('neither credit nor debit');
}

function dateIn(text: string | undefined): BusinessDate | undefined {
  if (text === undefined) return undefined;
  try {
    return businessDate(text.slice(0, 10));
  } catch (error) {
    throw new BankFileError('a day that does not exist', { cause: error });
  }
}

function fail(reason: string): never {
  throw new BankFileError(reason);
}
