import { describe, expect, it } from 'vitest';
import { type CardLink, openCardImage } from '#emulated-card';
import { idm } from '#felica/identifiers';
import { seededDraw } from '../../../card-emulator/card/seeded-draw.ts';
import { CrowdedField } from '../../../card-emulator/link/crowded-field.ts';
import { frame, hex, IDM_0, testCard, toHex } from '../card/test-card.ts';
import { openSession } from '../card/test-session.ts';

const OTHER_IDM = '0199999999999999';

function two(slots: readonly number[]) {
  const drawn = [...slots];
  const cards = [testCard(), testCard({ idm: idm(hex(OTHER_IDM)) })];
  const field = new CrowdedField(cards, () => drawn.shift()!);
  field.powerOn();
  return { cards, field };
}

/** The IDm that the reader hears; `undefined` for noise. */
function polled(field: CardLink, timeSlots: string): string | undefined {
  return toHex(field.exchange(frame(`00 4b5a 00 ${timeSlots}`)))?.slice(4, 20);
}

describe('two cards in one field', () => {
  it('are noise in one slot, and heard in the first slot of two', () => {
    expect(polled(two([0, 0]).field, '00')).toBeUndefined();
    expect(polled(two([1, 0]).field, '01')).toBe(OTHER_IDM);
    expect(polled(two([0, 3]).field, '03')).toBe(IDM_0);
    expect(polled(two([2, 2]).field, '03')).toBeUndefined();
  });

  it('are each heard by who calls their IDm', () => {
    const { field } = two([]);
    expect(toHex(field.exchange(frame(`04 ${OTHER_IDM}`)))).toContain(OTHER_IDM);
    expect(toHex(field.exchange(frame(`04 ${IDM_0}`)))).toContain(IDM_0);
    expect(field.exchange(frame('04 0188888888888888'))).toBeUndefined();
  });

  it('do not disturb a session with one of them', () => {
    const { field } = two([]);
    expect(openSession(field, [0x1014]).exchange(0x44, hex('01 8000'))).toBeDefined();
  });

  it('are gone with the power', () => {
    const { cards, field } = two([]);
    field.powerOff();
    expect(cards.map((card) => card.exchange(frame(`04 ${IDM_0}`)))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('come and go one by one, and the one that stays keeps its session', () => {
    const { cards, field } = two([0, 0, 0]);
    const [first, second] = cards;
    if (first === undefined || second === undefined) throw new Error('expected two cards');
    field.remove(second);
    const session = openSession(field, [0x1014]);
    field.present(second);
    expect(polled(field, '00')).toBe(OTHER_IDM);
    expect(session.exchange(0x44, hex('01 8000'))).toBeDefined();
    field.remove(first);
    field.remove(first);
    expect(field.exchange(frame(`04 ${IDM_0}`))).toBeUndefined();
    field.powerOff();
    field.present(first);
    expect(polled(field, '00')).toBeUndefined();
  });

  it('wants a slot that there is', () => {
    expect(() => polled(two([4, 0]).field, '03')).toThrow('time slot: expected a whole number');
  });
});

describe('a card and its clone in one field', () => {
  it('are heard as one until they draw different random numbers', () => {
    const card = testCard();
    const draw = seededDraw(5);
    const random = (byteCount: number): Uint8Array =>
      Uint8Array.from({ length: byteCount }, () => draw(256));
    const clone = openCardImage(card.image(), { random });
    const field = new CrowdedField([card, clone], () => 0);
    field.powerOn();
    expect(polled(field, '00')).toBe(IDM_0);
    const nodes = `02 1410 0800 ${'5c'.repeat(16)}`;
    expect(field.exchange(frame(`40 ${IDM_0} 00 ${nodes}`))).toBeUndefined();
  });

  it('has the same keys: each alone opens the same session', () => {
    const card = testCard();
    const clone = openCardImage(card.image(), { random: (count) => new Uint8Array(count) });
    clone.powerOn();
    expect(openSession(clone, [0x1014]).exchange(0x44, hex('01 8000'))).toEqual(
      openSession(card, [0x1014]).exchange(0x44, hex('01 8000')),
    );
  });
});
