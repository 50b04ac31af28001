import { describe, expect, it } from 'vitest';
import { buildCard } from '../../../card-emulator/testing/build-card.ts';
import { toHex } from '../card/test-card.ts';

describe('a card that is built', () => {
  it('is of the kind that was asked for, and has no power', () => {
    expect(buildCard('purse').build().personality.name).toBe('purse');
    for (const kind of ['suica', 'rc-sa', 'hce-f'] as const) {
      const card = buildCard(kind).system(0x4b5a).build();
      expect(card.personality.name).toBe(kind);
      const polling = Uint8Array.of(6, 0, 0xff, 0xff, 0, 0);
      expect(card.exchange(polling)).toBeUndefined();
      card.powerOn();
      expect(toHex(card.exchange(polling))).toBe(`1201${toHex(card.idm)}${toHex(card.pmm)}`);
    }
  });
});
