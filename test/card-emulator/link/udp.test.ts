import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AsyncCardLink } from '../../../card-emulator/link/card-link.ts';
import {
  openUdpLink,
  UDP_PORT,
  type UdpEvent,
  type UdpLink,
  WAITING_FRAMES_MAX,
} from '../../../card-emulator/link/udp.ts';
import { frame, hex, IDM_0, testCard, toHex } from '../card/test-card.ts';
import { UdpReader } from './udp-reader.ts';

const POLLING = `212F ${toHex(frame('00 4b5a 00 00'))}`;
const POLLED = `212F 1201${IDM_0}0020ffffffffffff`;
const MODE = `212F ${toHex(frame(`04 ${IDM_0}`))}`;
const AUTHENTICATE = `212F ${toHex(frame(`40 ${IDM_0} 00 01 1410 ${'5c'.repeat(16)}`))}`;

function modeAnswer(mode: number): string {
  return `212F ${toHex(frame(`05 ${IDM_0} 0${mode}`))}`;
}

/** A card that answers when the test says so, and writes down what happens to it. */
class SlowCard implements AsyncCardLink {
  readonly log: string[] = [];
  readonly #answers: ((answer: Uint8Array | Error) => void)[] = [];

  powerOn(): void {
    this.log.push('on');
  }

  powerOff(): void {
    this.log.push('off');
  }

  exchange(command: Uint8Array): Promise<Uint8Array | undefined> {
    this.log.push(Buffer.from(command).toString('hex'));
    return new Promise((resolve, reject) => {
      this.#answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  answer(answer: Uint8Array | Error): void {
    this.#answers.shift()?.(answer);
  }
}

describe('a card by UDP', () => {
  let link: UdpLink;
  let reader: UdpReader;
  let other: UdpReader;
  let events: UdpEvent[];

  beforeEach(async () => {
    events = [];
    link = await openUdpLink({ port: 0, onEvent: (event) => void events.push(event) });
    reader = await new UdpReader(link.port).open();
    other = await new UdpReader(link.port).open();
  });

  afterEach(async () => {
    await Promise.all([link.close(), reader.close(), other.close()]);
  });

  /** Resolves once the link has done with everything sent before, silence included. */
  async function settled(from: UdpReader = reader): Promise<void> {
    const before = events.length;
    from.send('no datagram');
    await expect.poll(() => events.slice(before).map(reasonOf)).toContain(NO_DATAGRAM);
  }

  const NO_DATAGRAM = 'no datagram of the protocol';

  function reasonOf(event: UdpEvent): string | undefined {
    return event.event === 'ignored' || event.event === 'field-off' ? event.reason : undefined;
  }

  const names = (): string[] => events.map(({ event }) => event);

  it('waits on the loopback of this machine, at the port of nfcpy unless told otherwise', () => {
    expect(link.host).toBe('127.0.0.1');
    expect(link.port).toBeGreaterThan(0);
    expect(UDP_PORT).toBe(54_321);
  });

  it('answers Polling and commands to whoever sent them', async () => {
    link.insert(testCard());
    expect(await reader.ask(POLLING)).toBe(POLLED);
    expect(await reader.ask(MODE)).toBe(modeAnswer(0));
    expect(events).toEqual([
      { event: 'field-on', reader: `127.0.0.1:${reader.port}` },
      { event: 'exchanged', request: frame('00 4b5a 00 00'), response: hex(POLLED.slice(5)) },
      { event: 'exchanged', request: frame(`04 ${IDM_0}`), response: hex(modeAnswer(0).slice(5)) },
    ]);
  });

  it('answers at 424 kbit/s what was asked at 424 kbit/s', async () => {
    link.insert(testCard());
    expect(await reader.ask(POLLING.replace('212F', '424F'))).toBe(POLLED.replace('212F', '424F'));
  });

  it('answers what the card answers after a silence, and nothing for the silence', async () => {
    link.insert(testCard());
    reader.send('212F 0600ffee0000');
    reader.send('212F 0700ffff0000');
    expect(await reader.ask(POLLING)).toBe(POLLED);
    expect(reader.waitingCount).toBe(0);
    expect(events[1]).toEqual({
      event: 'exchanged',
      request: hex('0600ffee0000'),
      response: undefined,
    });
  });

  it.each([
    ['106A 26', 'technology 106A'],
    ['106B 050010', 'technology 106B'],
    ['212F 06 00', NO_DATAGRAM],
    ['RFOFF', 'RFOFF of a reader without field'],
    [`212F ${'00'.repeat(510)}`, NO_DATAGRAM],
  ])('ignores %j and says so', async (text, reason) => {
    link.insert(testCard());
    reader.send(text);
    const sender = `127.0.0.1:${reader.port}`;
    await expect.poll(() => events).toEqual([{ event: 'ignored', sender, reason }]);
  });

  it('gives the card power with the first frame, and takes it with RFOFF', async () => {
    const card = new SlowCard();
    link.insert(card);
    expect(card.log).toEqual([]);
    reader.send(MODE);
    await expect.poll(() => card.log.length).toBe(2);
    card.answer(hex('0b'));
    await reader.take();
    reader.send('RFOFF');
    await expect.poll(() => card.log).toEqual(['on', MODE.slice(5), 'off']);
    expect(events.at(-1)).toEqual({
      event: 'field-off',
      reader: `127.0.0.1:${reader.port}`,
      reason: 'RFOFF',
    });
  });

  it('forgets the session with RFOFF', async () => {
    link.insert(testCard());
    await reader.ask(AUTHENTICATE);
    expect(await reader.ask(MODE)).toBe(modeAnswer(1));
    reader.send('RFOFF');
    expect(await reader.ask(MODE)).toBe(modeAnswer(0));
  });

  it('asks the card one thing at a time, in the order in which it was asked', async () => {
    const card = new SlowCard();
    link.insert(card);
    reader.send('212F 0302aa');
    reader.send('212F 0302bb');
    await settled();
    expect(card.log).toEqual(['on', '0302aa']);
    card.answer(hex('0303aa'));
    expect(await reader.take()).toBe('212F 0303aa');
    await expect.poll(() => card.log).toEqual(['on', '0302aa', '0302bb']);
    card.answer(hex('0303bb'));
    expect(await reader.take()).toBe('212F 0303bb');
  });

  it('lets only so many frames wait', async () => {
    const card = new SlowCard();
    link.insert(card);
    for (let count = 0; count < WAITING_FRAMES_MAX; count += 1) reader.send('212F 0302aa');
    await settled();
    expect(events.map(reasonOf)).not.toContain('too many frames wait');
    reader.send('212F 0302aa');
    await expect.poll(() => events.map(reasonOf)).toContain('too many frames wait');
  });

  it('never sends an answer that was pending at RFOFF, nor asks what waited behind it', async () => {
    const card = new SlowCard();
    link.insert(card);
    reader.send('212F 0302aa');
    reader.send('212F 0302bb');
    reader.send('RFOFF');
    await expect.poll(() => card.log).toEqual(['on', '0302aa', 'off']);
    reader.send('212F 0302cc');
    await settled();
    card.answer(hex('0303aa'));
    await expect.poll(() => card.log).toEqual(['on', '0302aa', 'off', 'on', '0302cc']);
    card.answer(hex('0303cc'));
    expect(await reader.take()).toBe('212F 0303cc');
    expect(reader.waitingCount).toBe(0);
  });

  describe('with two readers', () => {
    it('belongs to the first, whose session no other frame can reach or end', async () => {
      link.insert(testCard());
      await reader.ask(AUTHENTICATE);
      other.send(MODE);
      other.send('RFOFF');
      await settled(other);
      expect(events.map(reasonOf)).toContain('another reader has the card');
      expect(await reader.ask(MODE)).toBe(modeAnswer(1));
      expect(other.waitingCount).toBe(0);
    });

    it('changes hands with a Polling command of the other, in Mode 0', async () => {
      link.insert(testCard());
      await reader.ask(AUTHENTICATE);
      expect(await other.ask(POLLING)).toBe(POLLED);
      expect(await other.ask(MODE)).toBe(modeAnswer(0));
      reader.send(MODE);
      await settled();
      expect(reader.waitingCount).toBe(0);
      expect(names()).toEqual([
        ...['field-on', 'exchanged', 'field-off', 'field-on', 'exchanged', 'exchanged'],
        ...['ignored', 'ignored'],
      ]);
    });

    it('belongs to the other as soon as the first has sent RFOFF', async () => {
      link.insert(testCard());
      await reader.ask(POLLING);
      reader.send('RFOFF');
      await expect.poll(names).toContain('field-off');
      expect(await other.ask(MODE)).toBe(modeAnswer(0));
    });

    it('never gives one the answer to the other', async () => {
      const card = new SlowCard();
      link.insert(card);
      reader.send('212F 0302aa');
      await expect.poll(() => card.log).toContain('0302aa');
      other.send(POLLING);
      await expect.poll(() => card.log.at(-1)).toBe('on');
      card.answer(hex('0303aa'));
      await expect.poll(() => card.log.at(-1)).toBe(POLLING.slice(5));
      card.answer(hex('030100'));
      expect(await other.take()).toBe('212F 030100');
      expect([reader.waitingCount, other.waitingCount]).toEqual([0, 0]);
    });
  });

  it('is silent without a card, before and after', async () => {
    reader.send(POLLING);
    await settled();
    const card = new SlowCard();
    link.insert(card);
    reader.send('212F 0302aa');
    await expect.poll(() => card.log).toContain('0302aa');
    link.remove();
    expect(card.log.at(-1)).toBe('off');
    card.answer(hex('0303aa'));
    reader.send(POLLING);
    await settled();
    expect(reader.waitingCount).toBe(0);
    expect(events.map(reasonOf).filter((reason) => reason === 'no card')).toHaveLength(2);
  });

  it('does not make a new card wait for the last command of the one before', async () => {
    const card = new SlowCard();
    link.insert(card);
    reader.send('212F 0302aa');
    await expect.poll(() => card.log).toContain('0302aa');
    link.insert(testCard());
    expect(card.log.at(-1)).toBe('off');
    expect(await reader.ask(POLLING)).toBe(POLLED);
  });

  it('answers nothing that the card could not keep, says so, and takes its power', async () => {
    const card = new SlowCard();
    link.insert(card);
    reader.send('212F 0302aa');
    await expect.poll(() => card.log).toContain('0302aa');
    const error = new Error('disk full');
    card.answer(error);
    await expect.poll(names).toEqual(['field-on', 'failed', 'field-off']);
    expect(events[1]).toEqual({ event: 'failed', error });
    reader.send('212F 0302bb');
    await expect.poll(() => card.log).toEqual(['on', '0302aa', 'off', 'on', '0302bb']);
    expect(reader.waitingCount).toBe(0);
  });

  it('gives its port back', async () => {
    await link.close();
    const socket = createSocket('udp4');
    socket.bind(link.port, '127.0.0.1');
    await once(socket, 'listening');
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    link = await openUdpLink({ port: 0, onEvent: () => undefined });
  });

  it('cannot be opened twice at one port', async () => {
    const second = openUdpLink({ port: link.port, onEvent: () => undefined });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it.each(['0.0.0.0', '192.0.2.1', '::'])('refuses %s, which others reach', async (host) => {
    const opened = openUdpLink({ host, port: 0, onEvent: () => undefined });
    await expect(opened).rejects.toThrow(RangeError);
  });

  it('takes an address that others reach only when that is allowed', async () => {
    const open = await openUdpLink({
      host: '0.0.0.0',
      port: 0,
      allowRemote: true,
      onEvent: () => undefined,
    });
    expect(open.host).toBe('0.0.0.0');
    await open.close();
  });

  it('takes localhost as the IPv4 address that nfcpy means', async () => {
    const opened = await openUdpLink({ host: 'localhost', port: 0, onEvent: () => undefined });
    expect(opened.host).toBe('127.0.0.1');
    await opened.close();
  });
});
