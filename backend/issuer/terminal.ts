import { createPublicKey, type KeyObject } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import type { SamKind } from '#purse/sam-kind';
import { type EpochMs, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { readMerchant } from './merchant.ts';
import { type Registration, refused } from './registration.ts';
import { readSam, samKindIn } from './sam-account.ts';

/** A terminal that may upload batches: for one merchant, with one SAM. */
export interface Terminal {
  readonly terminalId: number;
  readonly merchantId: number;
  readonly samId: number;
  readonly kind: SamKind;
  /** The most that one of its records may be. */
  readonly amountMax: Yen;
  /** Its Ed25519 key as a DER SubjectPublicKeyInfo (RFC 8410). */
  readonly publicKey: Uint8Array;
}

/** In the order in which they are looked for. */
export type TerminalRefusal =
  | 'ACCOUNT_MERCHANT_UNKNOWN'
  | 'TERMINAL_SAM_KIND_MISMATCH'
  | 'TERMINAL_ID_TAKEN'
  | 'TERMINAL_SAM_TAKEN';

export function enrolTerminal(
  database: Database,
  terminal: Terminal,
  now: EpochMs,
): Promise<Registration<TerminalRefusal>> {
  return database.transaction(async (transaction) => {
    const { terminalId, merchantId, samId, kind } = terminal;
    if ((await readMerchant(transaction, merchantId)) === undefined) {
      return refused('ACCOUNT_MERCHANT_UNKNOWN', `merchant ${merchantId} is not registered`);
    }
    const sam = await readSam(transaction, samId);
    if (sam !== undefined && sam.kind !== kind) {
      return refused('TERMINAL_SAM_KIND_MISMATCH', `SAM ${samId} is a ${sam.kind} SAM`);
    }
    const known = await readTerminal(transaction, terminalId);
    if (known !== undefined) {
      if (isSame(known, terminal)) return { result: 'repeated' };
      return refused('TERMINAL_ID_TAKEN', `terminal ${terminalId} is enrolled differently`);
    }
    const [holder] = await transaction.all('SELECT terminal_id FROM terminal WHERE sam_id = ?', [
      samId,
    ]);
    if (holder !== undefined) {
      const other = numberIn(holder, 'terminal_id');
      return refused('TERMINAL_SAM_TAKEN', `SAM ${samId} is in terminal ${other}`);
    }
    await insertTerminal(transaction, terminal, now);
    return { result: 'registered' };
  });
}

export const TERMINAL_STATEMENT = 'SELECT * FROM terminal WHERE terminal_id = ?';

export async function readTerminal(
  reader: SqlReader,
  terminalId: number,
): Promise<Terminal | undefined> {
  const [row] = await reader.all(TERMINAL_STATEMENT, [terminalId]);
  return row && terminalOf(row);
}

/** `undefined` for a text that is no Ed25519 public key in PEM. */
export function parseTerminalKey(pem: string): Uint8Array | undefined {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return undefined;
    return Uint8Array.from(key.export({ type: 'spki', format: 'der' }));
  } catch {
    return undefined;
  }
}

export function terminalKeyOf(terminal: Terminal): KeyObject {
  return createPublicKey({ key: Buffer.from(terminal.publicKey), format: 'der', type: 'spki' });
}

async function insertTerminal(
  transaction: Transaction,
  terminal: Terminal,
  now: EpochMs,
): Promise<void> {
  await transaction.run('INSERT INTO terminal VALUES (?, ?, ?, ?, ?, ?, ?)', [
    terminal.terminalId,
    terminal.merchantId,
    terminal.samId,
    terminal.kind,
    terminal.amountMax,
    terminal.publicKey,
    now,
  ]);
}

function terminalOf(row: SqlRow): Terminal {
  return {
    terminalId: numberIn(row, 'terminal_id'),
    merchantId: numberIn(row, 'merchant_id'),
    samId: numberIn(row, 'sam_id'),
    kind: samKindIn(row, 'kind'),
    amountMax: yen(numberIn(row, 'amount_max_yen')),
    publicKey: bytesIn(row, 'public_key'),
  };
}

function isSame(known: Terminal, given: Terminal): boolean {
  return (
    known.merchantId === given.merchantId &&
    known.samId === given.samId &&
    known.kind === given.kind &&
    known.amountMax === given.amountMax &&
    sameBytes(known.publicKey, given.publicKey)
  );
}
