import { expect, it } from 'vitest';
import { findAbility } from '../../../terminal/reader/reader-ability.ts';
import { hex, inHex } from '../../card-emulator/felica/hex.ts';

const IDM = '0139020304050607';

it.each([
  ['identify', 'nothing is known', {}],
  ['identify', 'the card was lost', { ff40000004ffff0000: undefined, ffa40001021710: undefined }],
  ['read-blocks', 'FF A4 selects a service', { ffa40001021710: '9000' }],
  ['identify', 'FF A4 is refused', { ffa40001021710: '6a81' }],
  ['commands-without-key', 'FF 40 polls the card', { ff40000004ffff0000: `${IDM}0120ffff9000` }],
  ['identify', 'FF 40 polls another card', { ff40000004ffff0000: '01390203040506ff9000' }],
])('is %s where %s', async (ability, _, replies: Readonly<Record<string, string | undefined>>) => {
  const transmit = (command: Uint8Array): Promise<Uint8Array | undefined> => {
    const text = inHex(command);
    const reply = text in replies ? replies[text] : '6d00';
    return Promise.resolve(reply === undefined ? undefined : hex(reply));
  };
  expect(await findAbility(transmit, hex(IDM))).toBe(ability);
});
