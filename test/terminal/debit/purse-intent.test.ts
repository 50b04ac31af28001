import { describe, expect, it } from 'vitest';
import { decodeHistoryEntry } from '#purse/history-block';
import { decodePurseAmount, decodePurseBlock, executionIdOf } from '#purse/purse-block';
import { epochMs, yen } from '#units';
import { purseIntent } from '../../../terminal/debit/purse-intent.ts';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { cardIdm, VALIDITY } from '../../scheme.ts';

const PURSE = {
  balance: yen(1_000),
  cashback: yen(120),
  userData: Uint8Array.of(1, 2, 3, 4),
  executionId: executionIdOf(0xfffe, 0x2222),
};
const BEFORE_MIDNIGHT = epochMs(Date.parse('2026-11-23T14:59:59.999Z'));

function intent(kind: 'load' | 'debit', time = BEFORE_MIDNIGHT): PurseIntent {
  return purseIntent(
    { saleId: 'sale 1', kind, amount: yen(300) },
    { purse: PURSE, validity: VALIDITY, newestEntry: undefined, cardData: undefined },
    {
      idm: cardIdm(1),
      terminalId: 42,
      terminalTransactionNumber: 65_536 + 7,
      keyVersion: 1,
      time,
      executionTag: 0x2222,
    },
  );
}

describe('purse intent', () => {
  it('of a debit carries the amount and never a balance', () => {
    const { purseBlock, balanceBefore, balanceAfter } = intent('debit');
    expect(decodePurseAmount(purseBlock)).toMatchObject({ amount: 300 });
    expect([balanceBefore, balanceAfter]).toEqual([1_000, 700]);
  });

  it('of a load carries the whole purse, with nothing left to give back by cashback', () => {
    const { purseBlock, executionId } = intent('load');
    expect(decodePurseBlock(purseBlock)).toEqual({
      balance: 1_300,
      cashback: 0,
      userData: PURSE.userData,
      executionId,
    });
  });

  it('has another execution ID than the card holds, even where the tags are the same', () => {
    expect(intent('debit').executionId).toEqual(Uint8Array.of(0xff, 0xff, 0x22, 0x22));
  });

  it('has a history entry that says the same as the intent', () => {
    expect(decodeHistoryEntry(intent('debit').historyBlock)).toEqual({
      kind: 'debit',
      cardCounter: 0xffff,
      terminalId: 42,
      terminalNumber: 7,
      amount: 300,
      balanceAfter: 700,
      date: '2026-11-23',
    });
  });

  it('is of the business day in Japan', () => {
    const entry = decodeHistoryEntry(intent('debit', epochMs(BEFORE_MIDNIGHT + 1)).historyBlock);
    expect(entry).toMatchObject({ date: '2026-11-24' });
  });
});
