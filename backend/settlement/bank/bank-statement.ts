import { sumSignedYen } from '#units';
import {
  type BankMovement,
  balanceIn,
  changeOf,
  movementsOf,
  type StatementBalance,
  type StatementKind,
} from './statement-entry.ts';
import { isStatusReport, type PaymentRejection, StatusReportCollector } from './status-report.ts';
import { BankFileError, textAt, type XmlHandler, type XmlNode, XmlReader } from './xml-reader.ts';

export interface BankStatement {
  readonly kind: StatementKind;
  readonly statementId: string;
  readonly accountNumber: string | undefined;
  readonly movements: readonly BankMovement[];
}

export type StatementReading =
  | {
      readonly result: 'read';
      readonly statements: readonly BankStatement[];
      /** Of a pain.002, which has no statements. */
      readonly rejections: readonly PaymentRejection[];
    }
  | {
      readonly result: 'refused';
      readonly reason: 'SETTLEMENT_BANK_FILE_INVALID';
      readonly detail: string;
    };

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.05[34]\.001\.(\d\d)$/;
const VERSION_MIN = 2;
const MESSAGES: ReadonlyMap<string, StatementKind> = new Map([
  ['BkToCstmrStmt/Stmt', 'statement'],
  ['BkToCstmrDbtCdtNtfctn/Ntfctn', 'notification'],
]);
const WHOLE: ReadonlySet<string> = new Set(['Acct', 'Bal', 'Ntry']);

/**
 * Reads a bank's camt.053 or camt.054 of version 2 or later, or its pain.002 of version 3 or later, piece
 * by piece. Any fault refuses the whole file: half a statement says nothing about what is missing.
 */
export async function readBankStatement(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<StatementReading> {
  const collector = new BankFileCollector();
  const reader = new XmlReader(collector);
  try {
    for await (const piece of pieces) reader.write(piece);
    reader.end();
    return { result: 'read', ...collector.finish() };
  } catch (error) {
    if (!(error instanceof BankFileError)) throw error;
    const { message: detail } = error;
    return { result: 'refused', reason: 'SETTLEMENT_BANK_FILE_INVALID', detail };
  }
}

/** Collects by what the file says it is. */
class BankFileCollector implements XmlHandler {
  readonly #statements = new StatementCollector();
  readonly #report = new StatusReportCollector();
  #chosen: XmlHandler = this.#statements;

  root(name: string, namespace: string): void {
    if (isStatusReport(name, namespace)) this.#chosen = this.#report;
    this.#chosen.root(name, namespace);
  }

  open(path: readonly string[]): void {
    this.#chosen.open(path);
  }

  isWhole(path: readonly string[]): boolean {
    return this.#chosen.isWhole(path);
  }

  element(path: readonly string[], node: XmlNode): void {
    this.#chosen.element(path, node);
  }

  finish(): Pick<Extract<StatementReading, { result: 'read' }>, 'statements' | 'rejections'> {
    return this.#chosen === this.#report
      ? { statements: [], rejections: this.#report.finish() }
      : { statements: this.#statements.finish(), rejections: [] };
  }
}

interface GrowingStatement {
  readonly kind: StatementKind;
  statementId: string | undefined;
  accountNumber: string | undefined;
  readonly movements: BankMovement[];
  readonly balances: StatementBalance[];
}

class StatementCollector implements XmlHandler {
  readonly #statements: GrowingStatement[] = [];

  root(name: string, namespace: string): void {
    const [, version = ''] = NAMESPACE.exec(namespace) ?? [];
    if (name === 'Document' && Number(version) >= VERSION_MIN) return;
    throw new BankFileError('neither camt.053, camt.054 nor pain.002');
  }

  open(path: readonly string[]): void {
    const kind = MESSAGES.get(path.join('/'));
    if (kind === undefined) return;
    this.#statements.push({
      kind,
      statementId: undefined,
      accountNumber: undefined,
      movements: [],
      balances: [],
    });
  }

  isWhole(path: readonly string[]): boolean {
    return path.length === 3 && WHOLE.has(path[2] ?? '');
  }

  element(path: readonly string[], node: XmlNode): void {
    const statement = this.#statements.at(-1);
    if (statement === undefined || !MESSAGES.has(path.slice(0, -1).join('/'))) return;
    if (node.name === 'Id') statement.statementId = node.text.trim();
    if (node.name === 'Acct') statement.accountNumber = accountNumberIn(node);
    if (node.name === 'Bal') statement.balances.push(balanceIn(node));
    if (node.name !== 'Ntry') return;
    for (const movement of movementsOf(node, statement.kind)) statement.movements.push(movement);
  }

  finish(): readonly BankStatement[] {
    if (this.#statements.length === 0) throw new BankFileError('no statement in it');
    return this.#statements.map((statement) => {
      const { kind, statementId, accountNumber, movements } = statement;
      if (statementId === undefined || statementId === '') {
        throw new BankFileError('a statement without id');
      }
      if (!addsUp(statement)) throw new BankFileError('balances that do not add up');
      return { kind, statementId, accountNumber, movements };
    });
  }
}

/** Opening balance and what was booked are the closing balance, where the bank gives both. */
function addsUp({ balances, movements }: GrowingStatement): boolean {
  const standing = (...types: readonly string[]): StatementBalance | undefined =>
    balances.find(({ type }) => type !== undefined && types.includes(type));
  const opening = standing('OPBD', 'PRCD');
  const closing = standing('CLBD');
  if (opening === undefined || closing === undefined) return true;
  const booked = movements.filter(({ isBooked }) => isBooked).map(changeOf);
  return sumSignedYen([opening.amount, ...booked]) === closing.amount;
}

function accountNumberIn(account: XmlNode): string | undefined {
  return textAt(account, 'Id/Othr/Id') ?? textAt(account, 'Id/IBAN');
}
