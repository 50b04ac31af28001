import { createPrivateKey, createPublicKey } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { type IDm, parseIdm } from '#felica/identifiers';
import { isListed } from '#hotlist/card-list';
import { decodeHotList, type HotList } from '#hotlist/hotlist';
import { applyDelta, decodeDelta, type HotListDelta } from '#hotlist/hotlist-delta';
import { firstHotList, nextHotList } from '#hotlist/hotlist-publication';
import { signHotList, verifyHotListSignature } from '#hotlist/hotlist-signature';
import { epochMs } from '#units';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

const { issuerId, small, empty, first, second } = vectors;
const privateKey = createPrivateKey(batch.privateKeyPem);
const publicKey = createPublicKey(batch.publicKeyPem);
const sign = (bytes: Uint8Array): Uint8Array => signHotList(privateKey, bytes);

function cardsOf(texts: readonly string[]): readonly IDm[] {
  return texts.map((text) => parseIdm(text)!);
}

function listOf(hex: string): HotList {
  const decoded = decodeHotList(hexToBytes(hex));
  if (decoded.result === 'refused') throw new Error(decoded.field);
  return decoded.list;
}

function deltaOf(hex: string): HotListDelta {
  const decoded = decodeDelta(hexToBytes(hex));
  if (decoded.result === 'refused') throw new Error(decoded.field);
  return decoded.delta;
}

describe.each([
  ['no card', { ...empty, cards: [] as string[] }],
  ['the cards of the page', small],
  ['cards of two blocks', first],
])('the list of %s', (_what, { createdAt, cards, list }) => {
  it('has the bytes that OpenSSL signed, in whatever order its cards are named', () => {
    const header = { issuerId, createdAt: epochMs(createdAt) };
    for (const named of [cardsOf(cards), cardsOf(cards).toReversed()]) {
      expect(bytesToHex(firstHotList(header, named, sign))).toBe(list);
    }
  });

  it('is read back, and its signature is the issuer’s', () => {
    const decoded = listOf(list);
    expect(decoded).toMatchObject({ issuerId, sequence: 1, createdAt });
    expect(decoded.cards.count).toBe(cards.length);
    expect(verifyHotListSignature(publicKey, decoded)).toBe(true);
    for (const idm of cardsOf(cards)) expect(isListed(decoded.cards, idm)).toBe(true);
    for (const idm of cardsOf(second.added)) expect(isListed(decoded.cards, idm)).toBe(false);
  });
});

describe('the delta', () => {
  const before = listOf(first.list);

  it('and the list after it have the bytes that OpenSSL signed', () => {
    const update = {
      createdAt: epochMs(second.createdAt),
      added: cardsOf(second.added),
      removed: cardsOf(second.removed),
    };
    const { list, delta } = nextHotList(before, update, sign);
    expect([delta && bytesToHex(delta), bytesToHex(list)]).toEqual([second.delta, second.list]);
  });

  it('is signed by the issuer and leads to the very file of the next list', () => {
    const delta = deltaOf(second.delta);
    expect(verifyHotListSignature(publicKey, delta)).toBe(true);
    const applied = applyDelta(before, delta);
    expect(applied.result === 'applied' && bytesToHex(applied.bytes)).toBe(second.list);
    const after = listOf(second.list);
    expect(verifyHotListSignature(publicKey, after)).toBe(true);
    for (const idm of cardsOf(second.added)) expect(isListed(after.cards, idm)).toBe(true);
    for (const idm of cardsOf(second.removed)) expect(isListed(after.cards, idm)).toBe(false);
  });

  it.each([
    ['the list after it', second.list, 'sequence'],
    ['a list that has not its removed cards', small.list, 'removed'],
  ])('does not fit %s', (_what, list, field) => {
    expect(applyDelta(listOf(list), deltaOf(second.delta))).toEqual({ result: 'unfit', field });
  });
});
