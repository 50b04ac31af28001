import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  encodeReadPayload,
  encodeReadWithoutEncryptionRequest,
  encodeWritePayload,
  encodeWriteWithoutEncryptionRequest,
} from '#felica/block-access';
import { type IDm, idm, nodeCode } from '#felica/identifiers';
import { LiteBlock } from '#felica/lite-s-block';
import { businessDate, yen } from '#units';
import { newLiteCard } from '../../card-emulator/card/lite-card.ts';
import { newCard } from '../../card-emulator/card/new-card.ts';
import {
  type CardLink,
  createFelicaCard,
  type FelicaCard,
} from '../../card-emulator/card/open-card.ts';
import { openUdpLink } from '../../card-emulator/link/udp.ts';
import { encodeUdpFrame } from '../../card-emulator/link/udp-datagram.ts';
import { VpcdLink } from '../../card-emulator/link/vpcd.ts';
import { encodeVpcdMessage } from '../../card-emulator/link/vpcd-message.ts';
import { openDesSession } from '../card-emulator/card/des-test-session.ts';
import { amountBlock, block, hex } from '../card-emulator/card/test-card.ts';
import { element, openSession, READ_V2, WRITE_V2 } from '../card-emulator/card/test-session.ts';
import { FakeVpcd } from '../card-emulator/link/fake-vpcd.ts';
import { median } from './quantile.ts';

/** Commands per second, medians of rounds. */
export interface CardKindRate {
  readonly what: string;
  readonly perSecond: number;
}

const ROUNDS = 5;
/** A plain command takes so little that fewer would measure the compiler. */
const PLAIN_FACTOR = 20;
/** One that cards of every kind may have, phones too. */
const IDM: IDm = idm(hex('02fe334455667788'));
const KEY_BYTE = 7;
const LITE_SERVICE = nodeCode(0x0009);
/** A session ends with its transaction numbers, two a command. */
const SESSION_COMMANDS_MAX = 30_000;

/** What each kind of card does of its usual work, in process and over UDP on this machine. */
export async function measureCardKinds(commandCount: number): Promise<readonly CardKindRate[]> {
  const count = Math.min(commandCount, SESSION_COMMANDS_MAX);
  const plain: readonly (readonly [string, () => () => void])[] = [
    ['suica: Read Without Encryption, 1 block', () => plainRead('suica', 0x090f)],
    ['hce-f: Read Without Encryption, 1 block', () => plainRead('hce-f', 0x1017)],
    ['hce-f: Write Without Encryption, 1 block', plainWrite],
    ['lite-s: Read, ID and MAC_A', liteRead],
  ];
  const sealed: readonly (readonly [string, (card: TimedCard) => () => void])[] = [
    ['rc-sa: Read v2 (AES), 1 block', (card) => aesCommands(card, READ_V2)],
    ['rc-sa: Write v2 (AES), purse', (card) => aesCommands(card, WRITE_V2)],
    ['rc-sa: Read (DES), 1 block', (card) => desCommands(card, 0x14)],
    ['rc-sa: Write (DES), purse', (card) => desCommands(card, 0x16)],
  ];
  const rates = [
    ...plain.map(([what, open]) => ({ what, perSecond: rateOf(open, count * PLAIN_FACTOR) })),
    ...sealed.flatMap(([what, open]) => sealedRates(what, open, count)),
  ];
  const udp = await udpRate(Math.ceil(count / 5));
  const vpcd = await vpcdRate(Math.ceil(count / 5));
  return [
    ...rates,
    { what: 'hce-f over UDP: Read Without Encryption, 1 block', perSecond: udp },
    { what: 'hce-f by the protocol of vpcd, without PC/SC: the same', perSecond: vpcd },
  ];
}

function rateOf(open: () => () => void, count: number): number {
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const command = open();
    const start = performance.now();
    for (let number = 0; number < count; number += 1) command();
    // The first round warms the machine up.
    if (round > 0) rates.push((count / (performance.now() - start)) * 1_000);
  }
  return median(rates);
}

/** A card that notes the time which it takes itself. */
interface TimedCard extends CardLink {
  readonly idm: IDm;
  elapsedMs: number;
}

function timedCard(): TimedCard {
  const card = cardOf('rc-sa');
  return {
    idm: card.idm,
    elapsedMs: 0,
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange(frame) {
      const start = performance.now();
      const answer = card.exchange(frame);
      this.elapsedMs += performance.now() - start;
      return answer;
    },
  };
}

/** The card's own part, and with the reader's, which seals each command and opens each answer. */
function sealedRates(
  what: string,
  open: (card: TimedCard) => () => void,
  count: number,
): readonly CardKindRate[] {
  const alone: number[] = [];
  const both: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const card = timedCard();
    const command = open(card);
    card.elapsedMs = 0;
    const start = performance.now();
    for (let number = 0; number < count; number += 1) command();
    const elapsedMs = performance.now() - start;
    // The first round warms the machine up.
    if (round === 0) continue;
    alone.push((count / card.elapsedMs) * 1_000);
    both.push((count / elapsedMs) * 1_000);
  }
  return [
    { what: `${what}, card alone`, perSecond: median(alone) },
    { what: `${what}, with the reader’s part`, perSecond: median(both) },
  ];
}

function cardOf(name: 'suica' | 'rc-sa' | 'hce-f'): FelicaCard {
  const random = (byteCount: number): Uint8Array => new Uint8Array(byteCount).fill(KEY_BYTE);
  const expiry = businessDate('2031-03-31');
  const made = newCard(name, { idm: IDM, balance: yen(50_000), expiry, random });
  const card = createFelicaCard(made, { random });
  card.powerOn();
  return card;
}

function plainRead(name: 'suica' | 'hce-f', service: number): () => void {
  const card = cardOf(name);
  const frame = encodeReadWithoutEncryptionRequest({
    idm: card.idm,
    serviceCodes: [nodeCode(service)],
    elements: [element(0, 0)],
  });
  return () => requireAnswer(card, frame);
}

function plainWrite(): () => void {
  const card = cardOf('hce-f');
  const frame = encodeWriteWithoutEncryptionRequest({
    idm: card.idm,
    serviceCodes: [nodeCode(0x1009)],
    elements: [element(0, 0)],
    blocks: [block(7)],
  });
  return () => requireAnswer(card, frame);
}

function aesCommands(card: TimedCard, code: number): () => void {
  const session = openSession(card, [0x1014], {
    address: IDM,
    nodeKeys: [block(KEY_BYTE)],
    individualKey: block(KEY_BYTE),
  });
  let executionId = 1;
  return () => {
    const payload = payloadOf(code === WRITE_V2, executionId);
    executionId += 1;
    assert(session.exchange(code, payload)?.[0] === 0, 'the card did it');
  };
}

function desCommands(card: TimedCard, code: number): () => void {
  const key = '07'.repeat(8);
  const session = openDesSession(card, {
    areas: ['0000'],
    services: ['1014'],
    systemKey: key,
    areaKeys: [key],
    serviceKeys: [key],
  });
  let executionId = 1;
  return () => {
    const payload = payloadOf(code === 0x16, executionId);
    executionId += 1;
    assert(session.exchange(code, payload)?.[0] === 0, 'the card did it');
  };
}

function payloadOf(isWrite: boolean, executionId: number): Uint8Array {
  return isWrite
    ? encodeWritePayload([element(0, 0)], [amountBlock(1, executionId)])
    : encodeReadPayload([element(0, 0)]);
}

function liteRead(): () => void {
  const card = newLiteCard({ kind: 'lite-s', idm: IDM });
  card.powerOn();
  const request = { idm: IDM, serviceCodes: [LITE_SERVICE] };
  const challenge = encodeWriteWithoutEncryptionRequest({
    ...request,
    elements: [element(0, LiteBlock.rc)],
    blocks: [block(5)],
  });
  requireAnswer(card, challenge);
  const frame = encodeReadWithoutEncryptionRequest({
    ...request,
    elements: [element(0, LiteBlock.id), element(0, LiteBlock.macA)],
  });
  return () => requireAnswer(card, frame);
}

/** One frame after the other, as a reader sends them. */
async function udpRate(count: number): Promise<number> {
  const card = cardOf('hce-f');
  const link = await openUdpLink({ port: 0, onEvent: () => undefined });
  link.insert(card);
  const reader = createSocket('udp4');
  const frame = encodeReadWithoutEncryptionRequest({
    idm: card.idm,
    serviceCodes: [nodeCode(0x1017)],
    elements: [element(0, 0)],
  });
  const datagram = encodeUdpFrame('212F', frame);
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    reader.send(datagram, link.port, link.host);
    await once(reader, 'message');
  }
  const perSecond = (count / (performance.now() - start)) * 1_000;
  reader.close();
  await link.close();
  return perSecond;
}

/** The reader's wrapping and vpcd's framing over TCP, as pcscd would send them; no PC/SC service. */
async function vpcdRate(count: number): Promise<number> {
  const card = cardOf('hce-f');
  const vpcd = new FakeVpcd();
  const port = await vpcd.listen();
  const link = new VpcdLink({
    host: '127.0.0.1',
    port,
    hasEarlyByte: false,
    reader: 'acs-raw',
    onEvent: () => undefined,
  });
  link.insert({
    idm: card.idm,
    pmm: card.pmm,
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (frame) => Promise.resolve(card.exchange(frame)),
  });
  await vpcd.until(() => vpcd.isCardThere);
  const frame = encodeReadWithoutEncryptionRequest({
    idm: card.idm,
    serviceCodes: [nodeCode(0x1017)],
    elements: [element(0, 0)],
  });
  const message = encodeVpcdMessage(Uint8Array.of(0xff, 0, 0, 0, frame.length, ...frame));
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    vpcd.send(message);
    await vpcd.takeMessage();
  }
  const perSecond = (count / (performance.now() - start)) * 1_000;
  link.remove();
  await vpcd.close();
  return perSecond;
}

function requireAnswer(card: CardLink, frame: Uint8Array): void {
  const statusFlag1 = 10;
  assert(card.exchange(frame)?.[statusFlag1] === 0, 'the card did it');
}
