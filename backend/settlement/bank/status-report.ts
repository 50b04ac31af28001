import { BankFileError, nodesAt, textAt, type XmlHandler, type XmlNode } from './xml-reader.ts';

/** A payment, or a whole instruction, that the bank refused: it never left the account. */
export interface PaymentRejection {
  /** The id of the instruction, where all of it is refused. */
  readonly instructionId: string | undefined;
  /** The id of the one order that is refused. */
  readonly orderId: string | undefined;
  /** The bank's own code, such as `AC01`. */
  readonly reason: string | undefined;
}

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(\d\d)$/;
const VERSION_MIN = 3;
const REPORT = 'CstmrPmtStsRpt';
const REJECTED = 'RJCT';
/** The bank has it already, so the first one stands: nothing is to be paid again. */
const DUPLICATES: ReadonlySet<string> = new Set(['AM05', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05']);

/** Whether the document is a report on the status of payments (pain.002, version 3 or later). */
export function isStatusReport(name: string, namespace: string): boolean {
  const [, version = ''] = NAMESPACE.exec(namespace) ?? [];
  return name === 'Document' && Number(version) >= VERSION_MIN;
}

/**
 * Collects what a report says is rejected. All other words of it promise nothing, and are passed over; so
 * is the rejection of what the bank has had before.
 */
export class StatusReportCollector implements XmlHandler {
  readonly #rejections: PaymentRejection[] = [];
  #reportId: string | undefined;

  root(name: string, namespace: string): void {
    if (!isStatusReport(name, namespace)) throw new BankFileError('no pain.002');
  }

  open(_path: readonly string[]): void {
    // Whole elements are given below.
  }

  isWhole(path: readonly string[]): boolean {
    return path.length === 2 && path[0] === REPORT;
  }

  element(path: readonly string[], node: XmlNode): void {
    if (path[0] !== REPORT) return;
    if (node.name === 'GrpHdr') this.#reportId = textAt(node, 'MsgId');
    if (node.name === 'OrgnlGrpInfAndSts' && textAt(node, 'GrpSts') === REJECTED) {
      this.#rejectWhole(textAt(node, 'OrgnlMsgId'), node);
    }
    if (node.name !== 'OrgnlPmtInfAndSts') return;
    if (textAt(node, 'PmtInfSts') === REJECTED) {
      this.#rejectWhole(textAt(node, 'OrgnlPmtInfId'), node);
    }
    for (const detail of nodesAt(node, 'TxInfAndSts')) {
      if (textAt(detail, 'TxSts') !== REJECTED) continue;
      const orderId = textAt(detail, 'OrgnlEndToEndId');
      if (orderId === undefined) throw new BankFileError('a rejection of no payment');
      this.#add({ instructionId: undefined, orderId, reason: reasonIn(detail) });
    }
  }

  finish(): readonly PaymentRejection[] {
    if (this.#reportId === undefined) throw new BankFileError('a report without id');
    return this.#rejections;
  }

  #rejectWhole(instructionId: string | undefined, node: XmlNode): void {
    if (instructionId === undefined) throw new BankFileError('a rejection of no instruction');
    this.#add({ instructionId, orderId: undefined, reason: reasonIn(node) });
  }

  #add(rejection: PaymentRejection): void {
    if (!DUPLICATES.has(rejection.reason ?? '')) this.#rejections.push(rejection);
  }
}

function reasonIn(node: XmlNode): string | undefined {
  return textAt(node, 'StsRsnInf/Rsn/Cd') ?? textAt(node, 'StsRsnInf/Rsn/Prtry');
}
