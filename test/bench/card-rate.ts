import assert from 'node:assert/strict';
import {
  encodeReadWithoutEncryptionRequest,
  encodeWritePayload,
  encodeWriteWithoutEncryptionRequest,
} from '#felica/block-access';
import { CommandCode, responseCodeOf } from '#felica/command-code';
import { nodeCode } from '#felica/identifiers';
import { encodePurseAmount, executionIdOf } from '#purse/purse-block';
import { yen } from '#units';
import type { CardLink, FelicaCard } from '../../card-emulator/card/open-card.ts';
import type { SecureChannel } from '../../terminal/sam/sam.ts';
import { block, testCard } from '../card-emulator/card/test-card.ts';
import { KEY_VERSION, testSam } from '../scheme.ts';
import { benchCard, loadFully } from './bench-counter.ts';
import { median } from './quantile.ts';

const ROUNDS = 5;
/** A plain command takes so little that fewer would measure the compiler. */
const PLAIN_FACTOR = 20;
/** A random service that needs no key, in the card of the card tests. */
const OPEN_SERVICE = nodeCode(0x0009);
const ELEMENTS = [0, 1].map(
  (serviceIndex) => ({ serviceIndex, accessMode: 'normal', blockNumber: 0 }) as const,
);

/** Medians of rounds, per second. */
export interface CardRateFigures {
  /** One Write of purse and log, sealed by the SAM, done and certified by the card, opened again. */
  readonly debitsBothEnds: number;
  /** The same, the card's own part alone. */
  readonly debitsCardAlone: number;
  readonly readsWithoutEncryption: number;
  readonly writesWithoutEncryption: number;
}

export async function measureCardRates(commandCount: number): Promise<CardRateFigures> {
  const bothEnds: number[] = [];
  const cardAlone: number[] = [];
  const reads: number[] = [];
  const writes: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const debits = await debitRates(round + 1, commandCount);
    const plain = plainRates(commandCount * PLAIN_FACTOR);
    // The first round warms the machine up.
    if (round === 0) continue;
    bothEnds.push(debits.bothEnds);
    cardAlone.push(debits.cardAlone);
    reads.push(plain.reads);
    writes.push(plain.writes);
  }
  return {
    debitsBothEnds: median(bothEnds),
    debitsCardAlone: median(cardAlone),
    readsWithoutEncryption: median(reads),
    writesWithoutEncryption: median(writes),
  };
}

async function debitRates(
  cardNumber: number,
  count: number,
): Promise<{ readonly bothEnds: number; readonly cardAlone: number }> {
  const card = benchCard(cardNumber);
  await loadFully(card);
  const channel = await authenticated(card);
  let cardMs = 0;
  const start = performance.now();
  for (let number = 1; number <= count; number += 1) {
    const amount = { amount: yen(1), executionId: executionIdOf(number + 1, 0) };
    const payload = encodeWritePayload(ELEMENTS, [encodePurseAmount(amount), block(1)]);
    const packet = await channel.seal(CommandCode.writeV2, payload);
    const sent = performance.now();
    const answer = card.exchange(packet);
    cardMs += performance.now() - sent;
    assert(answer !== undefined, 'the card answers a sealed write');
    const result = await channel.open(responseCodeOf(CommandCode.writeV2), answer);
    assert(result?.[0] === 0, 'the card wrote');
  }
  return {
    bothEnds: perSecond(count, performance.now() - start),
    cardAlone: perSecond(count, cardMs),
  };
}

async function authenticated(card: FelicaCard): Promise<SecureChannel> {
  card.powerOn();
  const authentication = await testSam('pos', 42).startAuthentication(card.idm, KEY_VERSION);
  const request = await authentication.answer(answered(card, authentication.request));
  assert(request !== undefined, 'the card knows the keys');
  const channel = await authentication.complete(answered(card, request));
  assert(channel !== undefined, 'the session begins');
  return channel;
}

function plainRates(count: number): { readonly reads: number; readonly writes: number } {
  const card = testCard();
  const elements = ELEMENTS.slice(0, 1);
  const request = { idm: card.idm, serviceCodes: [OPEN_SERVICE], elements };
  const read = encodeReadWithoutEncryptionRequest(request);
  const write = encodeWriteWithoutEncryptionRequest({ ...request, blocks: [block(7)] });
  return { reads: rateOf(card, read, count), writes: rateOf(card, write, count) };
}

function rateOf(card: CardLink, packet: Uint8Array, count: number): number {
  const statusFlag1 = 10;
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    assert(answered(card, packet)[statusFlag1] === 0, 'the card did it');
  }
  return perSecond(count, performance.now() - start);
}

function answered(card: CardLink, packet: Uint8Array): Uint8Array {
  const answer = card.exchange(packet);
  assert(answer !== undefined, 'the card answers');
  return answer;
}

function perSecond(count: number, elapsedMs: number): number {
  return (count / elapsedMs) * 1_000;
}
