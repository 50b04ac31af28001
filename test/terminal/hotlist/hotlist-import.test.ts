import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import {
  decodeHotList,
  encodeHotList,
  encodeUnsignedHotList,
  type HotList,
} from '#hotlist/hotlist';
import { encodeDelta, encodeUnsignedDelta } from '#hotlist/hotlist-delta';
import { cardListOf, firstHotList } from '#hotlist/hotlist-publication';
import { signHotList } from '#hotlist/hotlist-signature';
import { epochMs } from '#units';
import { importHotList } from '../../../terminal/hotlist/hotlist-import.ts';
import { hotListLookUp } from '../../../terminal/hotlist/hotlist-look-up.ts';
import { cardIdm } from '../../scheme.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

const privateKey = createPrivateKey(batch.privateKeyPem);
const ISSUER = { issuerId: vectors.issuerId, publicKey: createPublicKey(batch.publicKeyPem) };
const FIRST = hexToBytes(vectors.first.list);
const SECOND = hexToBytes(vectors.second.list);
const DELTA = hexToBytes(vectors.second.delta);
const sign = (bytes: Uint8Array): Uint8Array => signHotList(privateKey, bytes);

function listOf(bytes: Uint8Array): HotList {
  const decoded = decodeHotList(bytes);
  if (decoded.result === 'refused') throw new Error(decoded.field);
  return decoded.list;
}

function withLastByteChanged(bytes: Uint8Array): Uint8Array {
  return bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
}

/** A delta to list 2 that the issuer signed, with the signature of this list. */
function deltaWith(listSignature: Uint8Array, sequence = 2): Uint8Array {
  const none = cardListOf([]);
  const unsigned = encodeUnsignedDelta({
    issuerId: vectors.issuerId,
    sequence,
    createdAt: epochMs(vectors.second.createdAt),
    added: cardListOf([cardIdm(9)]),
    removed: none,
    listSignature,
  });
  return encodeDelta(unsigned, sign(unsigned));
}

const first = listOf(FIRST);
const second = listOf(SECOND);

describe('a hot list that comes to a terminal', () => {
  it.each([
    ['a whole list, where there is none', undefined, FIRST, FIRST],
    ['a newer whole list', first, SECOND, SECOND],
    ['the delta to the next list', first, DELTA, SECOND],
  ])('is taken: %s', (_what, current, bytes, expected) => {
    const imported = importHotList(current, bytes, ISSUER);
    expect(imported.result === 'imported' && imported.list.bytes).toEqual(expected);
  });

  it.each([
    ['the same list', first, FIRST, 1],
    ['an older list', second, FIRST, 1],
    ['the delta to the list that is here', second, DELTA, 2],
  ])('changes nothing: %s', (_what, current, bytes, sequence) => {
    expect(importHotList(current, bytes, ISSUER)).toEqual({ result: 'ignored', sequence });
  });

  it.each([
    ['neither list nor delta', first, new Uint8Array(200), 'HOTLIST_MALFORMED'],
    ['nothing', first, new Uint8Array(), 'HOTLIST_MALFORMED'],
    ['a list cut short', first, SECOND.subarray(0, -1), 'HOTLIST_MALFORMED'],
    [
      'a list with a wrong signature',
      first,
      withLastByteChanged(SECOND),
      'HOTLIST_SIGNATURE_WRONG',
    ],
    [
      'a delta with a wrong signature',
      first,
      withLastByteChanged(DELTA),
      'HOTLIST_SIGNATURE_WRONG',
    ],
    ['a delta, where there is no list', undefined, DELTA, 'HOTLIST_GAP'],
    ['a delta to a list after the next', first, deltaWith(new Uint8Array(64), 3), 'HOTLIST_GAP'],
    [
      'a delta to a list that was not signed',
      first,
      deltaWith(new Uint8Array(64)),
      'HOTLIST_UNFIT',
    ],
  ])('is refused: %s', (_what, current, bytes, reason) => {
    expect(importHotList(current, bytes, ISSUER)).toMatchObject({ result: 'refused', reason });
  });

  it('is refused: a delta that does not change the list that is here', () => {
    const unsigned = encodeUnsignedHotList(first, cardListOf([cardIdm(1)]));
    const other = listOf(encodeHotList(unsigned, sign(unsigned)));
    const expected = { reason: 'HOTLIST_UNFIT', detail: 'removed' };
    expect(importHotList(other, DELTA, ISSUER)).toMatchObject(expected);
  });

  it('is refused: what another issuer signed, with its own key or for its own cards', () => {
    const stranger = generateKeyPairSync('ed25519').publicKey;
    for (const bytes of [SECOND, DELTA]) {
      const wrongKey = importHotList(first, bytes, { ...ISSUER, publicKey: stranger });
      expect(wrongKey).toMatchObject({ reason: 'HOTLIST_SIGNATURE_WRONG' });
      const otherIssuer = importHotList(first, bytes, { ...ISSUER, issuerId: 82 });
      expect(otherIssuer).toMatchObject({ reason: 'HOTLIST_FOREIGN' });
    }
  });
});

describe('a list that a debit asks', () => {
  it('knows its cards, its sequence and its age', () => {
    const header = { issuerId: 81, createdAt: epochMs(5) };
    const lookUp = hotListLookUp(listOf(firstHotList(header, [cardIdm(1)], sign)));
    expect(lookUp).toMatchObject({ sequence: 1, createdAt: 5 });
    expect([lookUp.has(cardIdm(1)), lookUp.has(cardIdm(2))]).toEqual([true, false]);
  });
});
