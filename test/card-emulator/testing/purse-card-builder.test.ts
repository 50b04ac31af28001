import { describe, expect, it } from 'vitest';
import { purseOf } from '../../../card-emulator/card/card-inspection.ts';
import type { FelicaCard } from '../../../card-emulator/card/felica-card.ts';
import { decodeCardData } from '../../../card-emulator/purse/card-data.ts';
import { type CardKeyLabel, deriveCardKey } from '../../../card-emulator/purse/card-key.ts';
import {
  CARD_DATA_READ,
  HISTORY_WRITE,
  PURSE_DECREMENT,
  PURSE_SYSTEM_CODE,
} from '../../../card-emulator/purse/card-profile.ts';
import { cardCounterOf } from '../../../card-emulator/purse/purse-block.ts';
import { balanceOf, logOf } from '../../../card-emulator/testing/card-content.ts';
import { PurseCardBuilder } from '../../../card-emulator/testing/purse-card-builder.ts';
import { testCardKey } from '../../../card-emulator/testing/test-keys.ts';
import { frame, toHex } from '../card/test-card.ts';
import { openSession } from '../card/test-session.ts';

const purse = new PurseCardBuilder();

/** A reader that debits, with the card's keys as `keyOf` has them. */
function authenticate(card: FelicaCard, keyOf: (label: CardKeyLabel) => Uint8Array): void {
  card.powerOn();
  openSession(card, [PURSE_DECREMENT, HISTORY_WRITE], {
    address: card.idm,
    nodeKeys: [keyOf('DEBI'), keyOf('HIST')],
    individualKey: keyOf('INDV'),
  });
}

/** What the card answers to Authentication1, with a random number of its own in it. */
function firstAnswer(builder: PurseCardBuilder): string | undefined {
  const card = builder.build();
  card.powerOn();
  const random1 = '00'.repeat(16);
  return toHex(card.exchange(frame(`40 ${toHex(card.idm)} 00 01 1410 ${random1}`)));
}

function cardDataOf(builder: PurseCardBuilder): ReturnType<typeof decodeCardData> {
  const [block] = builder.build().storedBlocks(PURSE_SYSTEM_CODE, CARD_DATA_READ);
  return block && decodeCardData(block);
}

describe('the builder of a purse card', () => {
  it('builds an empty, valid card without being told anything', () => {
    const card = purse.build();
    expect([balanceOf(card), logOf(card)]).toEqual([0, []]);
    expect(cardDataOf(purse)).toEqual({
      keyVersion: 1,
      issuerId: 81,
      expiry: '2099-12-31',
      isBlocked: false,
      balanceMax: 50_000,
      debitMax: 20_000,
    });
  });

  it('puts on the card what it is told', () => {
    const builder = purse
      .idm('0112 4b5a 0000 00ff')
      .balance(3_450)
      .blocked()
      .expiresOn('2031-03-31')
      .issuer(7)
      .keyVersion(3)
      .limits({ debitMax: 1_000 });
    expect(toHex(builder.build().idm)).toBe('01124b5a000000ff');
    expect(balanceOf(builder.build())).toBe(3_450);
    expect(cardDataOf(builder)).toEqual({
      keyVersion: 3,
      issuerId: 7,
      expiry: '2031-03-31',
      isBlocked: true,
      balanceMax: 50_000,
      debitMax: 1_000,
    });
  });

  it('leaves the builder before a step as it was', () => {
    const rich = purse.balance(5_000);
    expect(balanceOf(rich.balance(10).build())).toBe(10);
    expect(balanceOf(rich.build())).toBe(5_000);
  });

  it('builds a card of its own each time', () => {
    const [first, second] = [purse.build(), purse.build()];
    first.memoryCondition = 'worn';
    expect(second.memoryCondition).toBe('sound');
    expect(purse.memory('failed').build().memoryCondition).toBe('failed');
  });

  it('fills in what a log entry leaves out, so that log and purse agree', () => {
    const card = purse
      .balance(3_450)
      .history([
        { kind: 'debit', amount: 150, date: '2026-11-20', terminalId: 9 },
        { kind: 'load', amount: 3_000 },
      ])
      .build();
    expect(logOf(card)).toEqual([
      {
        kind: 'debit',
        amount: 150,
        balanceAfter: 3_450,
        cardCounter: 2,
        terminalId: 9,
        terminalNumber: 2,
        date: '2026-11-20',
      },
      {
        kind: 'load',
        amount: 3_000,
        balanceAfter: 3_600,
        cardCounter: 1,
        terminalId: 1,
        terminalNumber: 1,
        date: '2020-01-01',
      },
    ]);
    expect(purseOf(card)?.cashback).toBe(150);
    expect(cardCounterOf(purseOf(card)?.executionId ?? new Uint8Array())).toBe(2);
  });

  it('takes twenty log entries', () => {
    const entry = { kind: 'debit', amount: 1 } as const;
    expect(logOf(purse.history(Array(20).fill(entry)).build())).toHaveLength(20);
  });

  it.each([
    ['idm', () => purse.idm('0112')],
    ['idm', () => purse.idm('0112 4b5a 0000 00zz')],
    ['idm', () => purse.idm('1112 4b5a 0000 0001').build()],
    ['balance', () => purse.balance(-1)],
    ['balance', () => purse.balance(0.5)],
    ['balance', () => purse.balance(2 ** 32)],
    ['expiresOn', () => purse.expiresOn('2031-02-30')],
    ['expiresOn', () => purse.expiresOn('2019-12-31')],
    ['issuer', () => purse.issuer(0x1_0000)],
    ['keyVersion', () => purse.keyVersion(0)],
    ['keyVersion', () => purse.keyVersion(256)],
    ['keys.DEBI', () => purse.keys({ DEBI: '00' })],
    ['keys.DEBIT', () => purse.keys({ DEBIT: '00' } as object)],
    ['limits.debitMax', () => purse.limits({ debitMax: -1 })],
    ['history', () => purse.history(Array(21).fill({ kind: 'debit', amount: 1 }))],
    ['history[0].amount', () => purse.history([{ kind: 'debit', amount: -1 }]).build()],
    [
      'history[1].balanceAfter',
      () =>
        purse
          .balance(10)
          .history(Array(2).fill({ kind: 'load', amount: 11 }))
          .build(),
    ],
  ])('names the field that no card could have: %s', (field, step) => {
    expect(step).toThrow(expect.objectContaining({ code: 'CARD_STRUCTURE_INVALID', field }));
  });

  it('never shows a key that it refuses', () => {
    expect(() => purse.keys({ DEBI: 'c0ffee' })).toThrow(/^keys\.DEBI: expected 16 bytes, got 3$/);
  });

  it('gives the card the keys that follow from the test keys', () => {
    const card = purse.build();
    expect(() => authenticate(card, (label) => testCardKey(label, card.idm))).not.toThrow();
  });

  it('gives the card the keys that follow from other masters', () => {
    const master = new Uint8Array(16).fill(7);
    const card = purse.keys({ DEBI: master }).build();
    const { idm } = card;
    const debitKey = deriveCardKey(master, { label: 'DEBI', idm, version: 1 });
    const keyOf = (label: CardKeyLabel): Uint8Array =>
      label === 'DEBI' ? debitKey : testCardKey(label, idm);
    expect(() => authenticate(card, keyOf)).not.toThrow();
    expect(() => authenticate(card, (label) => testCardKey(label, idm))).toThrow();
  });

  it('answers an authentication with the same bytes in every run, and with others on demand', () => {
    expect(firstAnswer(purse)).toBe(firstAnswer(purse));
    expect(firstAnswer(purse)).not.toBe(
      firstAnswer(purse.random((count) => new Uint8Array(count))),
    );
  });
});
