import { describe, expect, it } from 'vitest';
import { encodeReadResult, encodeWriteResult } from '#felica/block-access';
import { CommandCode, responseCodeOf } from '#felica/command-code';
import { pmm } from '#felica/identifiers';
import { encodePacket } from '#felica/packet';
import { NORMAL_END, StatusFlag2 } from '#felica/status-flag';
import { encodeHistoryEntry } from '#purse/history-block';
import { encodePurseBlock, executionIdOf } from '#purse/purse-block';
import { encodeCertificateBlock } from '#purse/transaction-certificate';
import { businessDate, yen } from '#units';
import { standardPurse } from '../../../terminal/card/standard-purse.ts';
import type { PurseCard } from '../../../terminal/debit/purse-card.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import type { SecureChannel } from '../../../terminal/sam/sam.ts';
import { cardIdm, VALIDITY } from '../../scheme.ts';

const WRITE = {
  kind: 'debit',
  purseBlock: new Uint8Array(16),
  historyBlock: new Uint8Array(16),
} as const;
const EXECUTION_ID = executionIdOf(5, 0x2222);
const PURSE = encodePurseBlock({
  balance: yen(700),
  cashback: yen(0),
  userData: new Uint8Array(4),
  executionId: EXECUTION_ID,
});
const CERTIFICATE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const EMPTY = new Uint8Array(16);
const VALID = encodePurseBlock(VALIDITY);

/** A purse whose card gives these payloads, one an exchange. `undefined`: an answer with a wrong MAC. */
function purseGiving(...payloads: readonly (Uint8Array | undefined)[]): PurseCard {
  const answers = [...payloads];
  const channel: SecureChannel = {
    seal: (code, payload) => Promise.resolve(encodePacket(code, payload)),
    open: () => Promise.resolve(answers.shift()),
  };
  const reader = new EmulatedReader();
  reader.present({
    powerOn: () => undefined,
    powerOff: () => undefined,
    exchange: (frame) =>
      encodePacket(
        responseCodeOf(frame[1] === CommandCode.writeV2 ? CommandCode.writeV2 : CommandCode.readV2),
        new Uint8Array(8),
      ),
  });
  return standardPurse({
    reader,
    idm: cardIdm(1),
    pmm: pmm(Uint8Array.of(1, 0x20, 0x22, 4, 0x27, 0x67, 0x4e, 0xff)),
    channel,
  });
}

const blocksRead = (...blocks: readonly Uint8Array[]): Uint8Array =>
  encodeReadResult({ ...NORMAL_END, blocks });
const flags = (statusFlag1: number, statusFlag2: number): Uint8Array =>
  encodeWriteResult({ statusFlag1, statusFlag2 });

describe('a write', () => {
  it.each([
    ['a normal end', encodeWriteResult(NORMAL_END), 'written'],
    ['a warning that the card is worn', flags(0xff, StatusFlag2.rewriteCountExceeded), 'written'],
    ['a balance that is too low', flags(0x01, StatusFlag2.purseResultOutOfRange), 'refused'],
    ['a right that is missing', flags(0xff, StatusFlag2.accessNotPermitted), 'refused'],
    ['a memory that failed under way', flags(0xff, StatusFlag2.memoryError), 'lost'],
    ['a wrong MAC', undefined, 'lost'],
    ['half of the flags', Uint8Array.of(0), 'lost'],
    ['more than the flags', Uint8Array.of(0, 0, 0), 'lost'],
  ])('that is answered with %s', async (_what, answer, result) => {
    expect(await purseGiving(answer).write(WRITE)).toMatchObject({ result });
  });
});

describe('a read', () => {
  it('gives the purse, and no card data or entry where the blocks hold none', async () => {
    const snapshot = await purseGiving(blocksRead(PURSE, EMPTY, EMPTY, VALID, EMPTY)).read();
    expect(snapshot).toMatchObject({ purse: { balance: 700, executionId: EXECUTION_ID } });
    expect(snapshot?.validity).toMatchObject({ balance: 1 });
    expect(snapshot?.cardData).toBeUndefined();
    expect(snapshot?.newestEntry).toBeUndefined();
    expect(snapshot?.lastCertificate).toBeUndefined();
  });

  it.each([
    ['of the last write', EXECUTION_ID, CERTIFICATE],
    ['of another write', executionIdOf(4, 0x2222), undefined],
  ])('tells a certificate %s', async (_what, executionId, expected) => {
    const content = { executionId, operation: 'decrement', keyVersion: 1 } as const;
    const block = encodeCertificateBlock({ ...content, certificate: CERTIFICATE });
    const snapshot = await purseGiving(blocksRead(PURSE, EMPTY, EMPTY, VALID, block)).read();
    expect(snapshot?.lastCertificate).toEqual(expected);
  });

  it.each([
    ['fewer blocks than were asked for', blocksRead(PURSE, EMPTY, EMPTY, VALID)],
    ['more blocks than were asked for', blocksRead(PURSE, EMPTY, EMPTY, VALID, EMPTY, EMPTY)],
    ['status flags', flags(0xff, 0xa8)],
    ['a wrong MAC', undefined],
  ])('that is answered with %s tells nothing', async (_what, answer) => {
    expect(await purseGiving(answer).read()).toBeUndefined();
  });
});

describe('the log', () => {
  const entryOf = (cardCounter: number): Uint8Array =>
    encodeHistoryEntry({
      kind: 'debit',
      cardCounter,
      terminalId: 42,
      terminalNumber: 1,
      amount: yen(1),
      balanceAfter: yen(1),
      date: businessDate('2026-11-23'),
    });
  const fifteen = Array.from({ length: 15 }, (_, index) => entryOf(16 - index));

  it('is read whole in two reads, newest first, without blocks that were never written', async () => {
    const rest = [entryOf(1), EMPTY, EMPTY, EMPTY, EMPTY];
    const log = await purseGiving(blocksRead(...fifteen), blocksRead(...rest)).readHistory();
    expect(log?.map(({ cardCounter }) => cardCounter)).toEqual(
      Array.from({ length: 16 }, (_, index) => 16 - index),
    );
  });

  it('of which only one half came through is no log', async () => {
    expect(await purseGiving(blocksRead(...fifteen), undefined).readHistory()).toBeUndefined();
  });
});

describe('a certificate', () => {
  const block = encodeCertificateBlock({
    executionId: EXECUTION_ID,
    operation: 'decrement',
    keyVersion: 1,
    certificate: CERTIFICATE,
  });

  it('is of the write that has this execution ID, and of no other', async () => {
    const answer = blocksRead(block);
    expect(await purseGiving(answer).readCertificate(EXECUTION_ID)).toEqual(CERTIFICATE);
    const other = executionIdOf(5, 0x2223);
    expect(await purseGiving(answer).readCertificate(other)).toBeUndefined();
  });

  it.each([
    ['a wrong MAC', undefined],
    ['an empty block', blocksRead(EMPTY)],
    ['status flags', flags(0xff, 0xa5)],
  ])('that is answered with %s is missing', async (_what, answer) => {
    expect(await purseGiving(answer).readCertificate(EXECUTION_ID)).toBeUndefined();
  });
});
