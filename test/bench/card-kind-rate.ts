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
const IDM: IDm = idm(hex('0112233445566778'));
const KEY_BYTE = 7;
const LITE_SERVICE = nodeCode(0x0009);
/** A session ends with its transaction numbers, two a command. */
const SESSION_COMMANDS_MAX = 30_000;

/** What each kind of card does of its usual work, in process and over UDP on this machine. */
export async function measureCardKinds(commandCount: number): Promise<readonly CardKindRate[]> {
  const count = Math.min(commandCount, SESSION_COMMANDS_MAX);
  const inProcess: readonly (readonly [string, () => () => void])[] = [
    ['suica: Read Without Encryption, 1 block', () => plainRead('suica', 0x090f)],
    ['hce-f: Read Without Encryption, 1 block', () => plainRead('hce-f', 0x1017)],
    ['hce-f: Write Without Encryption, 1 block', plainWrite],
    ['rc-sa: Read v2 (AES), 1 block', () => aesCommands(READ_V2)],
    ['rc-sa: Write v2 (AES), purse', () => aesCommands(WRITE_V2)],
    ['rc-sa: Read (DES), 1 block', () => desCommands(0x14)],
    ['rc-sa: Write (DES), purse', () => desCommands(0x16)],
    ['lite-s: Read, ID and MAC_A', liteRead],
  ];
  const rates = inProcess.map(([what, open]) => ({ what, perSecond: rateOf(open, count) }));
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

/** Reader and card: the frame is sealed here and opened there, and the answer the other way. */
function aesCommands(code: number): () => void {
  const session = openSession(cardOf('rc-sa'), [0x1014], {
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

function desCommands(code: number): () => void {
  const key = '07'.repeat(8);
  const session = openDesSession(cardOf('rc-sa'), {
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
