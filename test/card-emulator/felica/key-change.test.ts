import { describe, expect, it } from 'vitest';
import { decryptDes, encryptDes } from '#felica/des-block';
import { encodeDesKeyChange, openDesKeyChange } from '#felica/key-change';
import vectors from '../../vectors/felica-key-change.json' with { type: 'json' };
import { hex } from './hex.ts';

const keys = { parentKey: hex('fedcba9876543210'), oldKey: hex('1122334455667788') };
const newKey = hex('a1b2c3d4e5f60718');

describe('a change of a DES key', () => {
  it('wraps version and key in the new, the old and the parent key, as described', () => {
    const block = encodeDesKeyChange(keys, { newKey, version: 0x0102 });
    const version = hex('0000000000000201');
    const once = encryptDes(keys.oldKey, encryptDes(newKey, version));
    expect(block.slice(0, 8)).toEqual(encryptDes(keys.parentKey, once));
    expect(decryptDes(keys.oldKey, decryptDes(keys.parentKey, block.slice(8)))).toEqual(newKey);
  });

  it.each(vectors)('has the bytes that another program computed, version $keyVersion', (vector) => {
    const { parentKey, oldKey, newKey: changedTo, keyVersion, parcel } = vector;
    const known = { parentKey: hex(parentKey), oldKey: hex(oldKey) };
    const change = { newKey: hex(changedTo), version: keyVersion };
    expect(encodeDesKeyChange(known, change)).toEqual(hex(parcel));
    expect(openDesKeyChange(known, hex(parcel), keyVersion)).toEqual(hex(changedTo));
  });

  it('gives the new key to a card with both keys', () => {
    const block = encodeDesKeyChange(keys, { newKey, version: 7 });
    expect(openDesKeyChange(keys, block, 7)).toEqual(newKey);
  });

  it('is refused for another version, another key, and with any bit turned', () => {
    const block = encodeDesKeyChange(keys, { newKey, version: 7 });
    expect(openDesKeyChange(keys, block, 8)).toBeUndefined();
    expect(openDesKeyChange({ ...keys, oldKey: newKey }, block, 7)).toBeUndefined();
    expect(openDesKeyChange({ ...keys, parentKey: newKey }, block, 7)).toBeUndefined();
    for (let bit = 0; bit < 128; bit += 1) {
      const forged = block.slice();
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(openDesKeyChange(keys, forged, 7)).toBeUndefined();
    }
  });
});
