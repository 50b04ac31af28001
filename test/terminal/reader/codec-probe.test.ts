import { describe, expect, it } from 'vitest';
import { acr122 } from '../../../terminal/reader/acr122.ts';
import { acsRaw } from '../../../terminal/reader/acs-raw.ts';
import { openCodec, probeCodec } from '../../../terminal/reader/codec-probe.ts';
import { transparent } from '../../../terminal/reader/transparent.ts';
import { hex, inHex } from '../../card-emulator/felica/hex.ts';

const GET_DATA = 'ffca000000';
const POLLING = 'ff000000060600ffff0000';
const POLLING_4_SLOTS = 'ff000000060600ffff0003';
const POLLING_16_SLOTS = 'ff000000060600ffff000f';
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

const IDENTIV_POLLING = 'ff40000004ffff0000';
const SONY_SELECT = 'ffa40001021710';
const WAIT_LONGER = 'ff00000006d43202000b0d';
const CHIP_POLLING = 'ff00000008d4420600ffff0000';
const SESSION_END = 'ffc2000002820000';
const SESSION_START = 'ffc2000002810000';
const TO_FELICA = 'ffc20002048f02030000';
const SESSION_POLLING = 'ffc200010f5f4604801a060095060600ffff000000';
const DONE = 'c0030090009000';
const IDENTIFY_ONLY = { result: 'identify-only', ability: 'identify' };

describe('codec probe', () => {
  it('finds the codec whose Polling is answered', async () => {
    const { transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('believes the Polling response where the reader has no GET DATA', async () => {
    const { transmit } = readerWith({ [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('polls again, in more slots, when one card misses the first Polling or two are noise', async () => {
    const { transmit } = readerWith({
      [GET_DATA]: [`${IDM}9000`],
      [POLLING]: ['6300'],
      [POLLING_4_SLOTS]: ['6300'],
      [POLLING_16_SLOTS]: [POLLED],
    });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('gives up after three Pollings without an answer', async () => {
    const { asked, transmit } = readerWith({
      [GET_DATA]: [`${IDM}9000`],
      [POLLING]: ['6300'],
      [POLLING_4_SLOTS]: ['6300'],
      [POLLING_16_SLOTS]: ['6300'],
    });
    expect(await probeCodec(transmit, [acsRaw])).toEqual(IDENTIFY_ONLY);
    expect(asked.slice(0, -2)).toEqual([GET_DATA, POLLING, POLLING_4_SLOTS, POLLING_16_SLOTS]);
  });

  it('gives up at once where the reader does not know the form', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], [POLLING]: ['6a81'] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual(IDENTIFY_ONLY);
    expect(asked).toEqual([GET_DATA, POLLING, IDENTIV_POLLING, SONY_SELECT]);
  });

  it.each([
    ['another system of the same phone', '1139020304050607'],
    ['the other of two cards', '01390203040506ff'],
  ])('believes the Polling response of %s than the reader names', async (_, named) => {
    const { transmit } = readerWith({ [GET_DATA]: [`${named}9000`], [POLLING]: [POLLED] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'codec', codec: acsRaw });
  });

  it('believes no answer that is not a whole Polling response', async () => {
    const { transmit } = readerWith({
      [GET_DATA]: [`${IDM}9000`],
      [POLLING]: [`0a01${IDM}9000`],
    });
    expect(await probeCodec(transmit, [acsRaw])).toEqual(IDENTIFY_ONLY);
  });

  it('tells a card with a number of four bytes as no FeliCa card, and polls nothing', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: ['04a1b2c39000'] });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'card-unreadable' });
    expect(asked).toEqual([GET_DATA]);
  });

  it('gives up on a reader that neither names the card nor passes a packet on', async () => {
    expect(await probeCodec(readerWith({}).transmit, [acsRaw])).toEqual({
      result: 'reader-unsupported',
    });
  });

  it.each([
    ['reads blocks without a key', { [SONY_SELECT]: ['9000'] }, 'read-blocks'],
    [
      'has commands of its own',
      { [IDENTIV_POLLING]: [`${IDM}0120220427674eff9000`] },
      'commands-without-key',
    ],
    ['polls another card', { [IDENTIV_POLLING]: ['01390203040506ff9000'] }, 'identify'],
  ])('names what a reader can do that %s', async (_, replies, ability) => {
    const { transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`], ...replies });
    expect(await probeCodec(transmit, [acsRaw])).toEqual({ result: 'identify-only', ability });
  });

  it('opens a codec before it polls with it, and closes one that it gives up', async () => {
    const { asked, transmit } = readerWith({
      [GET_DATA]: [`${IDM}9000`],
      [SESSION_START]: [DONE],
      [TO_FELICA]: [DONE],
      [SESSION_POLLING]: ['c003016a819000'],
      [WAIT_LONGER]: ['d5339000'],
      [CHIP_POLLING]: [`d54300${POLLED}`],
    });
    expect(await probeCodec(transmit, [transparent, acr122])).toEqual({
      result: 'codec',
      codec: acr122,
    });
    expect(asked).toEqual([
      GET_DATA,
      ...[SESSION_END, SESSION_START, TO_FELICA, SESSION_POLLING, SESSION_END],
      ...[WAIT_LONGER, CHIP_POLLING],
    ]);
  });

  it('polls with no codec whose opening is not accepted', async () => {
    const { asked, transmit } = readerWith({ [GET_DATA]: [`${IDM}9000`] });
    expect(await probeCodec(transmit, [acr122])).toEqual(IDENTIFY_ONLY);
    expect(asked).toEqual([GET_DATA, WAIT_LONGER, IDENTIV_POLLING, SONY_SELECT]);
  });

  it.each([
    ['GET DATA', { [GET_DATA]: [undefined] }, undefined],
    ['an opening', { [GET_DATA]: [`${IDM}9000`], [WAIT_LONGER]: [undefined] }, acr122],
    [
      'Polling',
      { [GET_DATA]: [`${IDM}9000`], [WAIT_LONGER]: ['d5339000'], [CHIP_POLLING]: [undefined] },
      acr122,
    ],
  ])('knows nothing of the reader when the card is lost at %s', async (_, replies, codec) => {
    expect(await probeCodec(readerWith(replies).transmit, [acr122])).toEqual({
      result: 'card-lost',
      codec,
    });
  });
});

describe('opening', () => {
  it('asks nothing where nothing is wanted', async () => {
    const { asked, transmit } = readerWith({});
    expect(await openCodec(transmit, acsRaw)).toBe('opened');
    expect(asked).toEqual([]);
  });

  it.each([
    ['d5339000', 'opened'],
    ['6300', 'not-accepted'],
    [undefined, 'card-lost'],
  ])('answered with %s is %s', async (reply, verdict) => {
    const { transmit } = readerWith({ [WAIT_LONGER]: [reply] });
    expect(await openCodec(transmit, acr122)).toBe(verdict);
  });
});
