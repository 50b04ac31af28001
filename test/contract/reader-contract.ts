import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type IDm, idm } from '#felica/identifiers';
import { encodeResetModeRequest } from '#felica/inquiry';
import { decodePollingResponse, encodePollingRequest, RequestCode } from '#felica/polling';
import { PURSE_SYSTEM_CODE } from '#purse/card-profile';
import { type Milliseconds, milliseconds } from '#units';
import type { Reader } from '../../terminal/reader/reader.ts';

/** A reader, and a hand with one purse card. */
export interface ReaderSubject {
  readonly reader: Reader;
  readonly cardIdm: IDm;
  /** The longest packet that its form of command has room for. */
  readonly frameBytesMax: number;
  /** Resolves once the card is on its way: the reader may notice later. */
  present(): Promise<void> | void;
  remove(): Promise<void> | void;
}

const SHORT: Milliseconds = milliseconds(50);
const LONG: Milliseconds = milliseconds(5_000);
const CARD_TIME: Milliseconds = milliseconds(100);
const NOBODY: IDm = idm(Uint8Array.of(0x02, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));

const POLLING: Uint8Array = encodePollingRequest({
  systemCode: PURSE_SYSTEM_CODE,
  requestCode: RequestCode.systemCode,
  timeSlots: 0x00,
});
/** A card ignores what follows the parameters of a plain command (felica.md 1.1). */
function longPolling(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index === 0 ? length : (POLLING[index] ?? 0)));
}

/** The promises of the port, for every implementation. `open` makes a reader with an empty field. */
export function readerContract(name: string, open: () => Promise<ReaderSubject>): void {
  describe(`${name}: with a card`, () => {
    let subject: ReaderSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.remove();
      await subject.reader.waitForRemoval(LONG);
    });
    afterAll(() => subject.reader.close());

    it('has a name', () => {
      expect(subject.reader.name).not.toBe('');
    });

    it('resolves waitForCard with false when nobody taps', async () => {
      expect(await subject.reader.waitForCard(SHORT)).toBe(false);
    });

    it('resolves waitForCard with true when a card comes while it waits', async () => {
      const isThere = subject.reader.waitForCard(LONG);
      await subject.present();
      expect(await isThere).toBe(true);
    });

    it('resolves waitForCard with true for a card that is already there', async () => {
      await present(subject);
      expect(await subject.reader.waitForCard(milliseconds(0))).toBe(true);
    });

    it('passes whole packets of a known length once a card is there', async () => {
      await present(subject);
      expect(subject.reader.capabilities.rawFrame).toBe(true);
      expect(subject.reader.capabilities.frameBytesMax).toBe(subject.frameBytesMax);
    });

    it("resolves with the card's whole packet", async () => {
      await present(subject);
      const answer = await subject.reader.transmit(POLLING, CARD_TIME);
      expect(answer && decodePollingResponse(answer)?.idm).toEqual(subject.cardIdm);
    });

    it('carries a packet of that length', async () => {
      await present(subject);
      const longest = longPolling(subject.frameBytesMax);
      const answer = await subject.reader.transmit(longest, CARD_TIME);
      expect(answer && decodePollingResponse(answer)?.idm).toEqual(subject.cardIdm);
    });

    it('resolves with undefined when the card stays silent, and goes on', async () => {
      await present(subject);
      const toNobody = encodeResetModeRequest({ idm: NOBODY });
      expect(await subject.reader.transmit(toNobody, CARD_TIME)).toBeUndefined();
      expect(await subject.reader.transmit(POLLING, CARD_TIME)).toBeDefined();
    });

    it('rejects with RangeError a packet whose LEN is not its length', async () => {
      await present(subject);
      const cut = POLLING.subarray(0, -1);
      await expect(subject.reader.transmit(cut, CARD_TIME)).rejects.toThrow(RangeError);
      await expect(subject.reader.transmit(new Uint8Array(0), CARD_TIME)).rejects.toThrow(
        RangeError,
      );
    });

    it('resolves waitForRemoval with false while the card stays', async () => {
      await present(subject);
      expect(await subject.reader.waitForRemoval(SHORT)).toBe(false);
    });

    it('resolves waitForRemoval with true when the card leaves while it waits', async () => {
      await present(subject);
      const isGone = subject.reader.waitForRemoval(LONG);
      await subject.remove();
      expect(await isGone).toBe(true);
    });

    it('resolves waitForRemoval with true for an empty field', async () => {
      expect(await subject.reader.waitForRemoval(milliseconds(0))).toBe(true);
    });

    it('rejects a packet with CARD_ABSENT when no card is there', async () => {
      await expect(subject.reader.transmit(POLLING, CARD_TIME)).rejects.toMatchObject({
        name: 'ReaderError',
        code: 'CARD_ABSENT',
      });
    });

    it('counts a tap for each time the card comes, and none while it stays', async () => {
      const before = subject.reader.tapCount;
      await present(subject);
      await subject.reader.transmit(POLLING, CARD_TIME);
      await subject.reader.waitForCard(SHORT);
      expect(subject.reader.tapCount).toBe(before + 1);
      await subject.remove();
      await subject.reader.waitForRemoval(LONG);
      expect(subject.reader.tapCount).toBe(before + 1);
      await present(subject);
      expect(subject.reader.tapCount).toBe(before + 2);
    });

    it('carries packets to a card that came back', async () => {
      await present(subject);
      await subject.remove();
      await subject.reader.waitForRemoval(LONG);
      await present(subject);
      expect(await subject.reader.transmit(POLLING, CARD_TIME)).toBeDefined();
    });
  });

  describe(`${name}: closed`, () => {
    const CLOSED = { name: 'ReaderError', code: 'READER_CLOSED' };

    it('rejects every call with READER_CLOSED, and resolves close again', async () => {
      const subject = await open();
      await present(subject);
      await subject.reader.close();
      await subject.reader.close();
      await expect(subject.reader.transmit(POLLING, CARD_TIME)).rejects.toMatchObject(CLOSED);
      await expect(subject.reader.waitForCard(LONG)).rejects.toMatchObject(CLOSED);
      await expect(subject.reader.waitForRemoval(LONG)).rejects.toMatchObject(CLOSED);
      await subject.remove();
    });

    it('wakes up whoever waits for a card', async () => {
      const subject = await open();
      const waiting = expect(subject.reader.waitForCard(LONG)).rejects.toMatchObject(CLOSED);
      await subject.reader.close();
      await waiting;
    });

    it('waits for the packet in flight', async () => {
      const subject = await open();
      await present(subject);
      const answer = subject.reader.transmit(POLLING, CARD_TIME);
      await subject.reader.close();
      expect(await answer).toBeDefined();
      await subject.remove();
    });
  });
}

async function present(subject: ReaderSubject): Promise<void> {
  await subject.present();
  expect(await subject.reader.waitForCard(LONG)).toBe(true);
}
