import { describe, expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import {
  CERTIFICATE_READ,
  HISTORY_WRITE,
  PURSE_CASHBACK,
  PURSE_DECREMENT,
  PURSE_DIRECT,
} from '#purse/card-profile';
import {
  decodeCertificateBlock,
  type PurseOperation,
  transactionCertificate,
} from '#purse/transaction-certificate';
import { yen } from '#units';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { CARD_KEYS, openPurse, PURSE_IDM, purseCard, storedBlock } from './purse-card.ts';
import { amountBlock, block, purseBlock } from './test-card.ts';
import { element, type TestSession } from './test-session.ts';

const NORMAL_END = { statusFlag1: 0, statusFlag2: 0 };
const NO_HISTORY = block(0);

interface ExpectedWrite {
  readonly operation: PurseOperation;
  readonly before: number;
  readonly after: number;
  readonly executionId: number;
  readonly history?: Uint8Array;
}

/** The card's statement must be what the issuer computes from the facts. */
function expectCertificate(card: FelicaCard, expected: ExpectedWrite): void {
  const { operation, before, after } = expected;
  const executionId = new Uint8Array(4);
  new DataView(executionId.buffer).setUint32(0, expected.executionId);
  expect(decodeCertificateBlock(storedBlock(card, CERTIFICATE_READ)!)).toEqual({
    executionId,
    operation,
    keyVersion: 5,
    certificate: transactionCertificate(CARD_KEYS.CERT, {
      idm: idm(PURSE_IDM),
      operation,
      balanceBefore: yen(before),
      balanceAfter: yen(after),
      executionId,
      history: expected.history ?? NO_HISTORY,
    }),
  });
}

function loadedCard(): FelicaCard {
  const card = purseCard();
  const session = openPurse(card, [
    [PURSE_DIRECT, 'LOAD'],
    [HISTORY_WRITE, 'HIST'],
  ]);
  session.write([element(0, 0), purseBlock(5_000, 0, 0, 1)], [element(1, 0), block(0x01)]);
  return card;
}

function posSession(card: FelicaCard): TestSession {
  return openPurse(card, [
    [PURSE_DECREMENT, 'DEBI'],
    [HISTORY_WRITE, 'HIST'],
    [CERTIFICATE_READ, 'CERR'],
  ]);
}

describe('the transaction certificate of the card', () => {
  it('is empty before the first purse write', () => {
    expect(storedBlock(purseCard(), CERTIFICATE_READ)).toEqual(block(0));
  });

  it('speaks of a direct write and of the history entry of the same command', () => {
    const history = block(0x01);
    const expected = { before: 0, after: 5_000, executionId: 1, history };
    expectCertificate(loadedCard(), { operation: 'direct', ...expected });
  });

  it('speaks of a decrement, and can be read in the same session', () => {
    const card = loadedCard();
    const session = posSession(card);
    const history = block(0x02);
    session.write([element(0, 0), amountBlock(120, 2)], [element(1, 0), history]);
    expectCertificate(card, {
      operation: 'decrement',
      before: 5_000,
      after: 4_880,
      executionId: 2,
      history,
    });
    expect(session.read(element(2, 0))?.blocks).toEqual([storedBlock(card, CERTIFICATE_READ)]);
  });

  it('speaks of a cashback', () => {
    const card = loadedCard();
    posSession(card).write([element(0, 0), amountBlock(120, 2)]);
    const session = openPurse(card, [[PURSE_CASHBACK, 'VOID']]);
    session.write([element(0, 0, 'cashback'), amountBlock(120, 3)]);
    expectCertificate(card, { operation: 'cashback', before: 4_880, after: 5_000, executionId: 3 });
  });

  it('does not depend on the order of purse and history in the command', () => {
    const card = loadedCard();
    const history = block(0x02);
    posSession(card).write([element(1, 0), history], [element(0, 0), amountBlock(1, 2)]);
    const expected = { before: 5_000, after: 4_999, executionId: 2, history };
    expectCertificate(card, { operation: 'decrement', ...expected });
  });

  it('has zeros for a history entry of another command', () => {
    const card = loadedCard();
    posSession(card).write([element(0, 0), amountBlock(1, 2)]);
    const expected = { before: 5_000, after: 4_999, executionId: 2 };
    expectCertificate(card, { operation: 'decrement', ...expected });
  });

  it('has zeros for a history entry that was dropped because it equals the newest', () => {
    const card = loadedCard();
    posSession(card).write([element(1, 0), block(0x01)], [element(0, 0), amountBlock(1, 2)]);
    const expected = { before: 5_000, after: 4_999, executionId: 2 };
    expectCertificate(card, { operation: 'decrement', ...expected });
  });

  it('stays as it was when the execution ID repeats', () => {
    const card = loadedCard();
    const session = posSession(card);
    session.write([element(0, 0), amountBlock(120, 2)], [element(1, 0), block(0x02)]);
    const certificate = storedBlock(card, CERTIFICATE_READ);
    const repeat = session.write([element(0, 0), amountBlock(77, 2)], [element(1, 0), block(0x03)]);
    expect(repeat).toEqual(NORMAL_END);
    expect(storedBlock(card, CERTIFICATE_READ)).toEqual(certificate);
  });

  it('stays as it was when a direct write repeats what is stored', () => {
    const card = loadedCard();
    const certificate = storedBlock(card, CERTIFICATE_READ);
    const session = openPurse(card, [[PURSE_DIRECT, 'LOAD']]);
    expect(session.write([element(0, 0), purseBlock(5_000, 0, 0, 1)])).toEqual(NORMAL_END);
    expect(storedBlock(card, CERTIFICATE_READ)).toEqual(certificate);
  });

  it('stays as it was when only the history is written, and when the Write is refused', () => {
    const card = loadedCard();
    const session = posSession(card);
    const certificate = storedBlock(card, CERTIFICATE_READ);
    session.write([element(1, 0), block(0x09)]);
    session.write([element(0, 0), amountBlock(5_001, 2)]);
    session.write([element(0, 0), amountBlock(1, 2)], [element(1, 1), block(0x09)]);
    expect(storedBlock(card, CERTIFICATE_READ)).toEqual(certificate);
  });

  it('allows one change of the purse in a command: a second has A5 and nothing is stored', () => {
    const card = loadedCard();
    const session = posSession(card);
    const before = card.image();
    const flags = session.write(
      [element(0, 0), amountBlock(1, 2)],
      [element(0, 0), amountBlock(1, 3)],
    );
    expect(flags).toEqual({ statusFlag1: 2, statusFlag2: 0xa5 });
    expect(card.image()).toBe(before);
  });

  it('cannot be written through its own service', () => {
    const card = loadedCard();
    const session = posSession(card);
    const flags = session.write([element(2, 0), block(0xff)]);
    expect(flags).toEqual({ statusFlag1: 1, statusFlag2: 0xa5 });
  });
});
