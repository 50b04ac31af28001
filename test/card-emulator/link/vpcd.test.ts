import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idm, pmm } from '#felica/identifiers';
import { encodePacket } from '#felica/packet';
import { FELICA_ATR } from '../../../card-emulator/link/pcsc-pseudo-apdu.ts';
import { type VpcdCard, type VpcdEvent, VpcdLink } from '../../../card-emulator/link/vpcd.ts';
import type { ReaderPersonalityName } from '../../../card-emulator/link/vpcd-personality.ts';
import { hex } from '../felica/hex.ts';
import { FakeVpcd } from './fake-vpcd.ts';

const GET_ATR = hex('0001 04');
const GET_IDM = hex('0005 ff ca 00 00 00');
/** A packet of three bytes in the reader's wrapping. */
const COMMAND = hex('0008 ff 00 00 00 03 03 3e 00');
const RESPONSE = hex('03 3f 00');

type TestCard = VpcdCard & { readonly log: string[] };

function cardThat(exchange: (packet: Uint8Array) => Promise<Uint8Array | undefined>): TestCard {
  const log: string[] = [];
  return {
    log,
    idm: idm(hex('0139020304050607')),
    pmm: pmm(hex('0120220427674eff')),
    powerOn: () => void log.push('on'),
    powerOff: () => void log.push('off'),
    exchange,
  };
}

const answering: TestCard['exchange'] = () => Promise.resolve(RESPONSE);

function packetOfSize(size: number): TestCard['exchange'] {
  return () => Promise.resolve(encodePacket(7, new Uint8Array(size - 2)));
}

describe('vpcd link', () => {
  let vpcd: FakeVpcd;
  let port: number;
  let link: VpcdLink | undefined;
  let events: VpcdEvent[];

  beforeEach(async () => {
    vpcd = new FakeVpcd();
    port = await vpcd.listen();
    events = [];
  });

  afterEach(async () => {
    link?.remove();
    await vpcd.close();
  });

  async function insert(
    card: VpcdCard,
    hasEarlyByte = false,
    reader: ReaderPersonalityName = 'acs-raw',
  ): Promise<void> {
    const onEvent = (event: VpcdEvent): void => void events.push(event);
    link = new VpcdLink({ host: '127.0.0.1', port, hasEarlyByte, reader, onEvent });
    link.insert(card);
    await vpcd.until(() => vpcd.isCardThere);
  }

  it('answers the request for its ATR', async () => {
    await insert(cardThat(answering));
    vpcd.send(GET_ATR);
    expect(await vpcd.takeMessage()).toEqual(FELICA_ATR);
  });

  it('answers GET DATA with IDm and PMm, SELECT with 6A 82, the unknown with 6D 00', async () => {
    await insert(cardThat(answering));
    vpcd.send(GET_IDM);
    expect(await vpcd.takeMessage()).toEqual(hex('0139020304050607 9000'));
    vpcd.send(hex('0005 ff ca 01 00 00'));
    expect(await vpcd.takeMessage()).toEqual(hex('0120220427674eff 9000'));
    vpcd.send(hex('0005 00 a4 04 00 00'));
    expect(await vpcd.takeMessage()).toEqual(hex('6a82'));
    vpcd.send(hex('0002 00 b0'));
    expect(await vpcd.takeMessage()).toEqual(hex('6d00'));
  });

  it('behaves like another reader where it was told to', async () => {
    await insert(cardThat(answering), false, 'acr122');
    vpcd.send(hex('000a ff 00 00 00 05 d4 42 03 3e 00'));
    expect(await vpcd.takeMessage()).toEqual(hex('d54300 033f00 9000'));
    vpcd.send(COMMAND);
    expect(await vpcd.takeMessage()).toEqual(hex('637f'));
  });

  it("carries a packet to the card, and the card's packet back", async () => {
    const packets: Uint8Array[] = [];
    await insert(
      cardThat((packet) => {
        packets.push(packet);
        return Promise.resolve(RESPONSE);
      }),
    );
    vpcd.send(COMMAND);
    expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
    expect(packets).toEqual([hex('03 3e 00')]);
    expect(events.at(-1)).toEqual({
      event: 'exchanged',
      request: hex('03 3e 00'),
      response: RESPONSE,
    });
  });

  it('answers for a silent card with 63 00, and never with nothing', async () => {
    await insert(cardThat(() => Promise.resolve(undefined)));
    vpcd.send(COMMAND);
    expect(await vpcd.takeMessage()).toEqual(hex('6300'));
  });

  it('powers the card on when it comes, and as it is told by power off, power on and reset', async () => {
    const card = cardThat(answering);
    await insert(card);
    vpcd.send(hex('0001 00 0001 01 0001 02'));
    vpcd.send(GET_ATR);
    await vpcd.takeMessage();
    expect(card.log).toEqual(['on', 'off', 'on', 'off', 'on']);
  });

  it('answers requests in their order when they come together', async () => {
    await insert(cardThat(answering));
    vpcd.send(Uint8Array.of(...COMMAND, ...GET_ATR, ...GET_IDM));
    expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
    expect(await vpcd.takeMessage()).toEqual(FELICA_ATR);
    expect(await vpcd.takeMessage()).toEqual(hex('0139020304050607 9000'));
  });

  it('sends nothing before a request has come whole, without the early byte', async () => {
    await insert(cardThat(answering));
    for (const byte of COMMAND) {
      expect(vpcd.waitingBytes).toBe(0);
      vpcd.send(Uint8Array.of(byte));
      await nextTurn();
    }
    expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
  });

  describe('with the early byte', () => {
    it('acknowledges a length that came alone with the first byte of the answer', async () => {
      await insert(cardThat(answering), true);
      vpcd.send(COMMAND.subarray(0, 2));
      expect(await vpcd.take(1)).toEqual(hex('00'));
      vpcd.send(COMMAND.subarray(2));
      expect(await vpcd.take(6)).toEqual(hex('05 03 3f 00 9000'));
    });

    it('sends it once for each request, and not when the request came whole', async () => {
      await insert(cardThat(answering), true);
      vpcd.send(COMMAND);
      expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
      vpcd.send(COMMAND.subarray(0, 2));
      expect(await vpcd.take(1)).toEqual(hex('00'));
      vpcd.send(COMMAND.subarray(2));
      expect(await vpcd.take(6)).toEqual(hex('05 03 3f 00 9000'));
      expect(vpcd.waitingBytes).toBe(0);
    });

    it('does not send it for a control byte: three of the four get no answer', async () => {
      await insert(cardThat(answering), true);
      vpcd.send(hex('0001'));
      vpcd.send(hex('01'));
      vpcd.send(GET_ATR);
      expect(await vpcd.takeMessage()).toEqual(FELICA_ATR);
    });

    it('ends no connection within a length: vpcd 3.3 would crash', async () => {
      await insert(
        cardThat(() => new Promise(() => undefined)),
        true,
      );
      vpcd.send(COMMAND.subarray(0, 2));
      expect(await vpcd.take(1)).toEqual(hex('00'));
      vpcd.send(COMMAND.subarray(2));
      link?.remove();
      await vpcd.until(() => !vpcd.isCardThere);
      expect(await vpcd.take(1)).toEqual(hex('02'));
      expect(vpcd.waitingBytes).toBe(0);
    });

    it("has room for a card's packet of 253 bytes", async () => {
      await insert(cardThat(packetOfSize(253)), true);
      vpcd.send(COMMAND.subarray(0, 2));
      expect(await vpcd.take(1)).toEqual(hex('00'));
      vpcd.send(COMMAND.subarray(2));
      expect(await vpcd.take(1)).toEqual(Uint8Array.of(255));
      expect((await vpcd.take(255)).subarray(-2)).toEqual(hex('9000'));
    });

    it('loses the first longer packet like silence, and waits for the next such request', async () => {
      await insert(cardThat(packetOfSize(254)), true);
      vpcd.send(COMMAND.subarray(0, 2));
      expect(await vpcd.take(1)).toEqual(hex('00'));
      vpcd.send(COMMAND.subarray(2));
      expect(await vpcd.take(3)).toEqual(hex('02 6300'));
      vpcd.send(COMMAND.subarray(0, 2));
      await nextTurn();
      vpcd.send(COMMAND.subarray(2));
      expect(await vpcd.takeMessage()).toHaveLength(256);
    });

    it('waits for a request of the length that a Read v2 of 15 blocks has', async () => {
      await insert(cardThat(packetOfSize(255)), true);
      const packet = encodePacket(0x44, new Uint8Array(2 + 1 + 15 * 2 + 8));
      vpcd.send(Uint8Array.of(0x00, packet.length + 5));
      await nextTurn();
      vpcd.send(Uint8Array.of(0xff, 0x00, 0x00, 0x00, packet.length, ...packet));
      expect(await vpcd.takeMessage()).toHaveLength(257);
    });
  });

  it('connects again when the service comes back, and powers the card off in between', async () => {
    const card = cardThat(answering);
    await insert(card);
    vpcd.send(GET_ATR);
    await vpcd.takeMessage();
    await vpcd.close();
    await expect.poll(() => events.at(-1)?.event).toBe('disconnected');
    expect(card.log).toEqual(['on', 'off']);
    vpcd = new FakeVpcd();
    await vpcd.listen(port);
    await vpcd.until(() => vpcd.isCardThere);
    vpcd.send(COMMAND);
    expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
  });

  it('is connected when the service comes, if it was inserted while that was away', async () => {
    const card = cardThat(answering);
    await vpcd.close();
    const onEvent = (event: VpcdEvent): void => void events.push(event);
    link = new VpcdLink({
      host: '127.0.0.1',
      port,
      hasEarlyByte: false,
      reader: 'acs-raw',
      onEvent,
    });
    link.insert(card);
    await expect.poll(() => events.map(({ event }) => event)).toContain('disconnected');
    expect(card.log).not.toContain('on');
    vpcd = new FakeVpcd();
    await vpcd.listen(port);
    await vpcd.until(() => vpcd.isCardThere);
    vpcd.send(COMMAND);
    expect(await vpcd.takeMessage()).toEqual(hex('03 3f 00 9000'));
    expect(card.log.at(-1)).toBe('on');
  });

  it('leaves when it is removed, without the answer it owes, and does not come back by itself', async () => {
    let isAsked = false;
    const card = cardThat(() => {
      isAsked = true;
      return new Promise(() => undefined);
    });
    await insert(card);
    vpcd.send(COMMAND);
    await expect.poll(() => isAsked).toBe(true);
    link?.remove();
    await vpcd.until(() => !vpcd.isCardThere);
    expect(vpcd.waitingBytes).toBe(0);
    expect(card.log.at(-1)).toBe('off');
    expect(vpcd.connectionCount).toBe(1);
  });

  it('answers nothing that the card could not keep, and says so', async () => {
    const error = new Error('disk full');
    await insert(cardThat(() => Promise.reject(error)));
    vpcd.send(COMMAND);
    await vpcd.until(() => !vpcd.isCardThere);
    expect(events).toContainEqual({ event: 'failed', error });
    expect(vpcd.waitingBytes).toBe(0);
  });
});
