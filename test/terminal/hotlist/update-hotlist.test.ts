import { createPublicKey } from 'node:crypto';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeHotList, type HotList } from '#hotlist/hotlist';
import { UplinkError } from '../../../terminal/batch/upload-batch.ts';
import {
  type HotListOffer,
  type HotListUpdate,
  updateHotList,
} from '../../../terminal/hotlist/update-hotlist.ts';
import { ISSUER_ID } from '../../scheme.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

const ISSUER = { issuerId: ISSUER_ID, publicKey: createPublicKey(batch.publicKeyPem) };
const FILES: Readonly<Record<string, Uint8Array>> = {
  'list 1': hexToBytes(vectors.first.list),
  'list 2': hexToBytes(vectors.second.list),
  'delta 2': hexToBytes(vectors.second.delta),
};
const OFFER: HotListOffer = {
  sequence: 2,
  byteCount: 10_000,
  deltas: [{ sequence: 2, byteCount: 200 }],
};

let files: Record<string, Uint8Array>;
let asked: string[];
let installed: number[];

beforeEach(() => {
  files = { ...FILES };
  asked = [];
  installed = [];
});

function listOf(name: string): HotList {
  const decoded = decodeHotList(FILES[name] ?? new Uint8Array());
  if (decoded.result === 'refused') throw new Error(decoded.field);
  return decoded.list;
}

function update(
  current: HotList | undefined,
  offer: HotListOffer | undefined,
): Promise<HotListUpdate> {
  return updateHotList({
    current,
    issuer: ISSUER,
    source: {
      offer: () => Promise.resolve(offer),
      download: (kind, sequence) => {
        const name = `${kind} ${sequence}`;
        asked.push(name);
        const bytes = files[name];
        const gone = new UplinkError('UPLINK_UNREACHABLE', 'the line is dead');
        return bytes === undefined ? Promise.reject(gone) : Promise.resolve(bytes);
      },
    },
    install: (list) => {
      installed.push(list.sequence);
      return Promise.resolve(list);
    },
  });
}

const damaged = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length - 1, 0);

describe('updating the hot list', () => {
  it('takes the whole list where there is none', async () => {
    const updated = { result: 'updated', sequence: 2, cards: 43, deltas: 0 };
    expect(await update(undefined, OFFER)).toEqual(updated);
    expect([asked, installed]).toEqual([['list 2'], [2]]);
  });

  it('takes deltas where they are fewer bytes', async () => {
    const updated = { result: 'updated', sequence: 2, cards: 43, deltas: 1 };
    expect(await update(listOf('list 1'), OFFER)).toEqual(updated);
    expect([asked, installed]).toEqual([['delta 2'], [2]]);
  });

  it.each([
    ['are more bytes', { ...OFFER, byteCount: 200 }],
    ['do not begin with the list that is here', { ...OFFER, deltas: [] }],
    ['have a gap', { ...OFFER, deltas: [{ sequence: 3, byteCount: 1 }] }],
  ])('takes the whole list where the deltas %s', async (_what, offer) => {
    expect(await update(listOf('list 1'), offer)).toMatchObject({ result: 'updated', deltas: 0 });
    expect(asked).toEqual(['list 2']);
  });

  it('asks for nothing where nothing is newer', async () => {
    const current = { result: 'current', sequence: 2 };
    expect(await update(listOf('list 2'), OFFER)).toEqual(current);
    expect(await update(listOf('list 2'), { ...OFFER, sequence: 1 })).toEqual(current);
    expect(await update(undefined, undefined)).toEqual({ result: 'none', sequence: undefined });
    expect([asked, installed]).toEqual([[], []]);
  });

  it('takes the whole list where a delta is not what the issuer signed', async () => {
    files['delta 2'] = damaged(files['delta 2']!);
    expect(await update(listOf('list 1'), OFFER)).toMatchObject({ result: 'updated', deltas: 0 });
    expect([asked, installed]).toEqual([['delta 2', 'list 2'], [2]]);
  });

  it('replaces nothing by what the issuer did not sign, or by an older list', async () => {
    files['list 2'] = damaged(files['list 2']!);
    const refused = { result: 'refused', reason: 'HOTLIST_SIGNATURE_WRONG' };
    expect(await update(undefined, OFFER)).toMatchObject({ ...refused, sequence: undefined });
    files['list 3'] = FILES['list 1']!;
    const lying = { ...OFFER, sequence: 3, deltas: [] };
    expect(await update(listOf('list 2'), lying)).toMatchObject({
      result: 'unreachable',
      code: 'UPLINK_ANSWER_INVALID',
      sequence: 2,
    });
    expect(installed).toEqual([]);
  });

  it('takes an older list than was announced, and does not say that it is the newest', async () => {
    files['list 3'] = FILES['list 2']!;
    const lying = { ...OFFER, sequence: 3, deltas: [] };
    expect(await update(listOf('list 1'), lying)).toMatchObject({
      result: 'unreachable',
      code: 'UPLINK_ANSWER_INVALID',
      sequence: 2,
    });
    expect(installed).toEqual([2]);
  });

  it('keeps what came before the line broke, and goes on from there', async () => {
    const offer = {
      ...OFFER,
      sequence: 3,
      deltas: [...OFFER.deltas, { sequence: 3, byteCount: 200 }],
    };
    expect(await update(listOf('list 1'), offer)).toEqual({
      result: 'unreachable',
      code: 'UPLINK_UNREACHABLE',
      message: 'the line is dead',
      sequence: 2,
    });
    expect([asked, installed]).toEqual([['delta 2', 'delta 3'], [2]]);
    delete files['list 2'];
    expect(await update(undefined, OFFER)).toMatchObject({ sequence: undefined });
    expect(installed).toEqual([2]);
  });

  it('does not hide what is no fault of the line', async () => {
    const broken = updateHotList({
      current: undefined,
      issuer: ISSUER,
      source: {
        offer: () => Promise.resolve(OFFER),
        download: () => Promise.resolve(FILES['list 2']!),
      },
      install: () => Promise.reject(new Error('disk')),
    });
    await expect(broken).rejects.toThrow('disk');
  });
});
