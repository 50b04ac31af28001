import { expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import { encodeMacBlock, encodeWriteCount } from '#felica/lite-s-block';
import { deriveLiteSession, individualCardKey, macAOfRead } from '#felica/lite-s-mac';
import { liteIdBlock, liteKeyVersionBlock } from '#purse/lite-s-profile';
import { LITE_PROOF_BLOCKS, startLiteSession } from '../../../terminal/sam/lite-session.ts';

const IDM = idm(Uint8Array.of(1, 0x12, 3, 4, 5, 6, 7, 8));
const masterKey = new Uint8Array(24);
const challenge = Uint8Array.from({ length: 16 }, (_, index) => index);

/** What a card with the master key 0 answers. */
function proof(id: Uint8Array, keyVersion: number): readonly Uint8Array[] {
  const blocks = [id, liteKeyVersionBlock(keyVersion), encodeWriteCount(12)];
  const session = deriveLiteSession(individualCardKey(masterKey, id), challenge);
  return [...blocks, encodeMacBlock(macAOfRead(session, LITE_PROOF_BLOCKS, blocks))];
}

const start = () =>
  startLiteSession({
    idm: IDM,
    masterOf: (version) => (version === 1 ? masterKey.slice() : undefined),
    challenge,
    seed: challenge.slice(0, 5),
  });

it('takes the write count of a card that proves the key', () => {
  expect(start().answer(proof(liteIdBlock(IDM), 1))?.writeCount).toBe(12);
});

it('takes no other card, profile, generation, MAC or number of blocks', () => {
  const good = proof(liteIdBlock(IDM), 1);
  const other = idm(Uint8Array.of(1, 0x12, 3, 4, 5, 6, 7, 9));
  const plain = liteIdBlock(IDM).fill(0, 8);
  const refused = [
    proof(liteIdBlock(other), 1),
    proof(plain, 1),
    proof(liteIdBlock(IDM), 2),
    [...good.slice(0, 3), new Uint8Array(16)],
    good.slice(0, 3),
    [],
  ];
  for (const blocks of refused) expect(start().answer(blocks)).toBeUndefined();
});
