import { describe, expect, it } from 'vitest';
import { acsRaw } from '../../../terminal/reader/acs-raw.ts';
import { probeCodec } from '../../../terminal/reader/codec-probe.ts';
import { hex, inHex } from '../../card-emulator/felica/hex.ts';

const GET_DATA = 'ffca000000';
const POLLING = 'ff000000060600ffff0000';
const IDM = '0139020304050607';
const POLLED = `1201${IDM}0120220427674eff9000`;

/** A reader that answers each command from a table, and `6d00` to all others. */
function readerWith(replies: Readonly<Record<string, readonly (string | undefined)[]>>) {
  const asked: string[] = [];
  const transmit = (command: Uint8Array): Promise<Uint8Array | undefined> => {
    const text = inHex(command);
    const count = asked.filter((earlier) => earlier === text).length;
    asked.push(text);
    const listed = replies[text] ?? ['6d00'];
    const reply = listed[Math.min(count, listed.length - 1)];
    return Promise.resolve(reply === undefined ? undefined : hex(reply));
  };
  return { asked, transmit };
}

describe('codec probe', () => {
  it('finds the codec whose Polling names the card as GET DATA does', async () => {
    const { transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('believes the Polling response where the reader has no GET DATA', async () => {
    const { transmit } = readerWith({ [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('polls again when the card misses the first Polling', async () => {
    const { transmit } = readerWith({
      [GET_DATA]: [`${IDM}9000`],
      [POLLING]: ['6300', '6300', POLLED],
    });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('gives up after three Pollings without an answer', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], [POLLING]: ['6300'] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'reader-unsupported' });
    expect(asked).toEqual([GET_DATA, POLLING, POLLING, POLLING]);
  });

  it('gives up at once where the reader does not know the form', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], [POLLING]: ['6a81'] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'reader-unsupported' });
    expect(asked).toEqual([GET_DATA, POLLING]);
  });

  it("does not believe another card's Polling response", async () => {
    const { transmit } = readerWith({ [GET_DATA]: ['01390203040506ff9000'], [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'reader-unsupported' });
  });

  it('tells a card with a number of four bytes as no FeliCa card, and polls nothing', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: ['04a1b2c39000'] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'card-unreadable' });
    expect(asked).toEqual([GET_DATA]);
  });

  it.each([
    ['GET DATA', { [GET_DATA]: [undefined] }],
    ['Polling', { [GET_DATA]: [`${IDM}9000`], [POLLING]: [undefined] }],
  ])('knows nothing of the reader when the card is lost at %s', async (_, replies) => {
    expect(await probeCodec(readerWith(replies).transmit, [acsRaw])).toEqual({
      result: 'card-lost',
    });
  });
});
