import { readFileSync } from 'node:fs';
import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { idm } from '#felica/identifiers';
import { individualCardKey } from '#felica/lite-s-mac';
import { deriveLiteMaster, deriveLiteRoot } from '#purse/card-key';
import {
  decodeLiteEvidence,
  encodeLiteEvidence,
  liteChallenge,
  liteEvidenceMac,
} from '#purse/lite-s-evidence';
import { liteIdBlock } from '#purse/lite-s-profile';

const VECTOR = z.object({
  samMaster: z.string(),
  keyVersion: z.number(),
  root: z.string(),
  masterKey: z.string(),
  idm: z.string(),
  cardKey: z.string(),
  samKey: z.string(),
  seed: z.string(),
  challenge: z.string(),
  cardCounter: z.number(),
  purseBlock: z.string(),
  historyBlock: z.string(),
  writeCount: z.number(),
  mac: z.string(),
  evidence: z.string(),
});

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

it('reads any 16 bytes, and writes the same again', () => {
  fc.assert(
    fc.property(bytes(16), (evidence) => {
      expect(encodeLiteEvidence(decodeLiteEvidence(evidence))).toEqual(evidence);
    }),
  );
  expect(() => decodeLiteEvidence(new Uint8Array(8))).toThrow(RangeError);
});

it('has the MAC, the seed and the count in a row', () => {
  const mac = new Uint8Array(8).fill(1);
  const seed = new Uint8Array(5).fill(2);
  const evidence = encodeLiteEvidence({ mac, seed, writeCount: 0x05_04_03 });
  expect([...evidence]).toEqual([...mac, ...seed, 3, 4, 5]);
});

it('depends on each part', () => {
  const read = {
    cardKey: new Uint8Array(16),
    challenge: liteChallenge(new Uint8Array(16), idm(new Uint8Array(8)), new Uint8Array(5)),
    cardCounter: 1,
    purseBlock: new Uint8Array(16),
    historyBlock: new Uint8Array(16),
    writeCount: 7,
  };
  const one = new Uint8Array(16).fill(2);
  const changed = [
    { cardKey: one },
    { challenge: one },
    { cardCounter: 2 },
    { purseBlock: one },
    { historyBlock: one },
    { writeCount: 8 },
  ].map((change) => Buffer.from(liteEvidenceMac({ ...read, ...change })).toString('hex'));
  const macs = new Set([...changed, Buffer.from(liteEvidenceMac(read)).toString('hex')]);
  expect(macs.size).toBe(7);
});

it('is what OpenSSL makes of the same keys (lite-s-purse.json)', () => {
  const text = readFileSync(new URL('../../vectors/lite-s-purse.json', import.meta.url), 'utf8');
  const given = VECTOR.parse(JSON.parse(text));
  const root = deriveLiteRoot(hexToBytes(given.samMaster), given.keyVersion);
  const masterKey = deriveLiteMaster(root, given.keyVersion);
  const card = idm(hexToBytes(given.idm));
  const cardKey = individualCardKey(masterKey, liteIdBlock(card));
  const seed = hexToBytes(given.seed);
  const challenge = liteChallenge(hexToBytes(given.samKey), card, seed);
  const { cardCounter, writeCount } = given;
  const blocks = {
    purseBlock: hexToBytes(given.purseBlock),
    historyBlock: hexToBytes(given.historyBlock),
  };
  const mac = liteEvidenceMac({ cardKey, challenge, cardCounter, writeCount, ...blocks });
  const evidence = encodeLiteEvidence({ mac, seed, writeCount });
  const made = { root, masterKey, cardKey, challenge, mac, evidence };
  for (const [name, bytes] of Object.entries(made)) {
    expect({ [name]: bytesToHex(bytes) }).toEqual({ [name]: Reflect.get(given, name) });
  }
});
