import { describe, expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import { decodeCardData } from '#purse/card-data';
import { deriveCardKey } from '#purse/card-key';
import { businessDate, yen } from '#units';
import { personaliseCard, randomIdm } from '../../../backend/issuer/issue-card.ts';
import { generateKeystore } from '../../../backend/issuer/keystore.ts';
import { seededRandom } from '../../scheme.ts';

const KEYSTORE = generateKeystore(81, seededRandom('keystore'));
const ISSUE = {
  idm: idm(Uint8Array.of(2, 0xfe, 1, 2, 3, 4, 5, 6)),
  expiry: businessDate('2031-11-23'),
  balanceMax: yen(50_000),
  debitMax: yen(20_000),
};

describe('personaliseCard', () => {
  const card = personaliseCard(KEYSTORE, ISSUE, seededRandom('card'));

  it('derives each key of the card from the master of its right, by IDm', () => {
    const keyOf = (label: 'LOAD' | 'DEBI' | 'INDV' | 'CERT'): Uint8Array =>
      deriveCardKey(KEYSTORE.masters[label], { label, idm: ISSUE.idm, version: 1 });
    const [system] = card.systems;
    const service = (code: number): unknown =>
      system?.services.find((one) => one.code === code)?.key;
    expect(card.individualKey).toEqual(keyOf('INDV'));
    expect(card.certificate?.key).toEqual(keyOf('CERT'));
    expect(service(0x1010)).toEqual(keyOf('LOAD'));
    expect(service(0x1014)).toEqual(keyOf('DEBI'));
  });

  it('writes issuer, expiry and limits into the card data', () => {
    const blocks = card.systems[0]?.blocks.find(({ serviceNumber }) => serviceNumber === 0x42);
    expect(decodeCardData(blocks!.blocks[0]!)).toEqual({
      keyVersion: 1,
      issuerId: 81,
      expiry: '2031-11-23',
      isBlocked: false,
      balanceMax: 50_000,
      debitMax: 20_000,
    });
  });

  it('shares no key between two cards', () => {
    const other = idm(ISSUE.idm.with(7, 7));
    const second = personaliseCard(KEYSTORE, { ...ISSUE, idm: other }, seededRandom('other'));
    const keysOf = (one: typeof card): string[] =>
      JSON.stringify(one, (_, value) =>
        value instanceof Uint8Array && value.length === 16 && value.some((byte) => byte !== 0)
          ? `key ${Buffer.from(value).toString('hex')}`
          : value,
      ).match(/key [0-9a-f]{32}/g) ?? [];
    const shared = keysOf(card).filter((key) => keysOf(second).includes(key));
    // Two blocks hold no secret: the card data (issuer, expiry and limits) and the validity purse.
    expect(new Set(shared).size).toBe(2);
  });
});

describe('randomIdm', () => {
  it('begins with the manufacturer code of cards in software, and goes on at random', () => {
    const random = seededRandom('idm');
    expect([...randomIdm(random).subarray(0, 2)]).toEqual([0x02, 0xfe]);
    expect(randomIdm(random)).not.toEqual(randomIdm(random));
  });
});
