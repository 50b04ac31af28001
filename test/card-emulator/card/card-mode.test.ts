import { describe, expect, it } from 'vitest';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { amountBlock, block, dataText, frame, IDM_0, IDM_1, testCard, toHex } from './test-card.ts';
import { beginSession, element, openSession } from './test-session.ts';

const PMM = '0020ffffffffffff';
const KEYLESS_READ = frame(`06 ${IDM_0} 01 0900 01 8000`);
const KEYLESS_WRITE = frame(`08 ${IDM_0} 01 0900 01 8000 ${dataText(block(0x5a))}`);
const POLL_OWN = frame('00 4b5a 00 00');
const RESET = frame(`3e ${IDM_0} 0000`);

function exchange(card: FelicaCard, fields: string): string | undefined {
  return toHex(card.exchange(frame(fields)));
}

function hexOf(fields: string): string | undefined {
  return toHex(frame(fields));
}

function modeOf(card: FelicaCard, idm = IDM_0): number | undefined {
  return card.exchange(frame(`04 ${idm}`))?.at(-1);
}

/** A card in each mode that it can reach, without the IDm of System 0 ever being left. */
const CARD_IN_MODE: Readonly<Record<0 | 1 | 2, () => FelicaCard>> = {
  0: () => testCard(),
  1: () => {
    const card = testCard();
    beginSession(card, [0x1014]);
    return card;
  },
  2: () => {
    const card = testCard();
    openSession(card, [0x1014]);
    return card;
  },
};
const MODES = [0, 1, 2] as const;

describe('the modes of the card (M617 §4.3, table 4-1)', () => {
  it.each(MODES)('is told by Request Response in Mode %i', (mode) => {
    expect(modeOf(CARD_IN_MODE[mode]())).toBe(mode);
  });

  it.each([
    [0, true],
    [1, false],
    [2, false],
  ] as const)('in Mode %i Polling to its own system is answered: %s', (mode, isAnswered) => {
    const card = CARD_IN_MODE[mode]();
    expect(card.exchange(POLL_OWN) !== undefined).toBe(isAnswered);
    expect(exchange(card, '00 ffff 00 00') !== undefined).toBe(isAnswered);
    expect(modeOf(card)).toBe(mode);
  });

  it.each(MODES)('in Mode %i Polling to another system leads there, in Mode 0', (mode) => {
    const card = CARD_IN_MODE[mode]();
    expect(exchange(card, '00 4aaa 00 00')).toBe(hexOf(`01 ${IDM_1} ${PMM}`));
    expect(modeOf(card, IDM_1)).toBe(0);
    expect(modeOf(card)).toBe(0);
  });

  it.each(MODES)('in Mode %i Polling to a system that is not there changes nothing', (mode) => {
    const card = CARD_IN_MODE[mode]();
    expect(exchange(card, '00 1234 00 00')).toBeUndefined();
    expect(modeOf(card)).toBe(mode);
  });

  it.each(MODES)('in Mode %i the inquiries are answered and change nothing', (mode) => {
    const card = CARD_IN_MODE[mode]();
    const inquiries = [`02 ${IDM_0} 01 1410`, `04 ${IDM_0}`, `0a ${IDM_0} 0000`, `0c ${IDM_0}`];
    for (const inquiry of inquiries) expect(exchange(card, inquiry)).toBeDefined();
    expect(modeOf(card)).toBe(mode);
  });

  it.each([
    [0, true],
    [1, false],
    [2, false],
  ] as const)('in Mode %i plain Read and Write are answered: %s', (mode, isAnswered) => {
    const card = CARD_IN_MODE[mode]();
    const image = card.image();
    expect(card.exchange(KEYLESS_READ) !== undefined).toBe(isAnswered);
    expect(card.exchange(KEYLESS_WRITE) !== undefined).toBe(isAnswered);
    expect(card.image() !== image).toBe(isAnswered);
    expect(modeOf(card)).toBe(mode);
  });

  it.each(MODES)('in Mode %i Authentication1 leads to Mode 1', (mode) => {
    const card = CARD_IN_MODE[mode]();
    beginSession(card, [0x0008]);
    expect(modeOf(card)).toBe(1);
  });

  it('a new Authentication1 throws the session away', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    beginSession(card, [0x1014]);
    expect(session.read(element(0, 0))).toBeUndefined();
    expect(modeOf(card)).toBe(1);
  });

  it.each(MODES)('in Mode %i an Authentication1 without an answer changes nothing', (mode) => {
    const card = CARD_IN_MODE[mode]();
    expect(exchange(card, `40 ${IDM_0} 00 01 0820 ${'00'.repeat(16)}`)).toBeUndefined();
    expect(modeOf(card)).toBe(mode);
  });

  it('in Mode 0 Authentication2 is not answered', () => {
    const card = testCard();
    const begun = beginSession(card, [0x1014])!;
    card.exchange(RESET);
    expect(card.exchange(begun.request)).toBeUndefined();
    expect(modeOf(card)).toBe(0);
  });

  it('in Mode 1 Authentication2 leads to Mode 2', () => {
    const card = testCard();
    expect(card.exchange(beginSession(card, [0x1014])!.request)).toBeDefined();
    expect(modeOf(card)).toBe(2);
  });

  it('in Mode 2 a repeated Authentication2 does not begin the transaction numbers again', () => {
    const card = testCard();
    const begun = beginSession(card, [0x1014])!;
    card.exchange(begun.request);
    const session = openSession(card, [0x1014]);
    expect(card.exchange(begun.request)).toBeDefined();
    expect(session.read(element(0, 0))).toBeDefined();
    card.exchange(begun.request);
    session.nextNumber = 1;
    expect(session.read(element(0, 0))).toBeUndefined();
    session.nextNumber = 3;
    expect(session.read(element(0, 0))).toBeDefined();
  });

  it('in Mode 2 a wrong Authentication2 leaves the session as it was', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    expect(exchange(card, `42 ${IDM_0} ${'00'.repeat(16)}`)).toBeUndefined();
    expect(session.read(element(0, 0))).toBeDefined();
  });

  it.each([
    [0, undefined],
    [1, undefined],
  ] as const)('in Mode %i Read and Write of a session are not answered', (mode, answer) => {
    const card = CARD_IN_MODE[mode]();
    const fields = `00 01 00 ${'00'.repeat(13)}`;
    expect(exchange(card, `44 ${fields}`)).toBe(answer);
    expect(exchange(card, `46 ${fields}`)).toBe(answer);
    expect(modeOf(card)).toBe(mode);
  });

  it('in Mode 2 Read and Write of the session leave Mode 2', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    session.read(element(0, 0));
    session.write([element(0, 0), amountBlock(1, 2)]);
    expect(modeOf(card)).toBe(2);
  });

  it.each(MODES)('in Mode %i Reset Mode leads to Mode 0', (mode) => {
    const card = CARD_IN_MODE[mode]();
    expect(toHex(card.exchange(RESET))).toBe(hexOf(`3f ${IDM_0} 0000`));
    expect(modeOf(card)).toBe(0);
    expect(card.exchange(KEYLESS_READ)).toBeDefined();
  });

  it.each(MODES)('in Mode %i the loss of power leads to Mode 0', (mode) => {
    const card = CARD_IN_MODE[mode]();
    card.powerOff();
    card.powerOn();
    expect(modeOf(card)).toBe(0);
  });

  it('has no session after the loss of power', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    card.powerOff();
    card.powerOn();
    expect(session.read(element(0, 0))).toBeUndefined();
  });

  it('keeps mode and session when power comes that is there', () => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    card.powerOn();
    expect(session.read(element(0, 0))).toBeDefined();
  });

  const WHOLE_COMMANDS = [
    `02 ${IDM_1} 01 0900`,
    `04 ${IDM_1}`,
    `06 ${IDM_1} 01 0900 01 8000`,
    `08 ${IDM_1} 01 0900 01 8000 ${dataText(block(0x5a))}`,
    `0a ${IDM_1} 0000`,
    `0c ${IDM_1}`,
    `0e ${IDM_1} 01 0900`,
    `10 ${IDM_1} 01 0000 01 1410 ${'00'.repeat(8)}`,
    `12 ${IDM_1} ${'00'.repeat(8)}`,
    `1a ${IDM_1} 0000 0100`,
    `22 ${IDM_1} 0000`,
    `24 ${IDM_1} 0010`,
    `28 ${IDM_1} 00 01 1710`,
    `32 ${IDM_1} 01 0900`,
    `38 ${IDM_1} 0000`,
    `3a ${IDM_1} 0000`,
    `3c ${IDM_1} 0000`,
    `3e ${IDM_1} 0000`,
    `40 ${IDM_1} 00 01 1410 ${'00'.repeat(16)}`,
    `42 ${IDM_1} ${'00'.repeat(16)}`,
  ];

  it.each(WHOLE_COMMANDS)('in Mode 2 %s leads to the other system', (command) => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    exchange(card, command);
    expect(session.read(element(0, 0))).toBeUndefined();
  });

  it.each(WHOLE_COMMANDS)('in Mode 2 %s cut short leaves the session as it was', (command) => {
    const card = testCard();
    const session = openSession(card, [0x1014]);
    const whole = frame(command);
    for (let length = 2; length < whole.length; length += 1) {
      expect(card.exchange(Uint8Array.of(length, ...whole.subarray(1, length)))).toBeUndefined();
    }
    expect(session.read(element(0, 0))).toBeDefined();
  });
});
