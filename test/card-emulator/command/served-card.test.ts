import { describe, expect, it } from 'vitest';
import { PAGE_URL } from '../../../card-emulator/command/card-remote.ts';
import { ServedCard } from '../../../card-emulator/command/served-card.ts';
import { SavedCard } from '../../../card-emulator/link/saved-card.ts';
import { purseCard } from '../card/purse-card.ts';
import { frame } from '../card/test-card.ts';

describe('the state of a served card', () => {
  it('keeps the last thirty exchanges', () => {
    const card = purseCard();
    const saved = new SavedCard({ card, imagePath: '/nonexistent', onTorn: () => undefined });
    const nowhere = { insert: () => undefined, remove: () => undefined };
    const served = new ServedCard(card, saved, saved, nowhere);
    for (let number = 0; number < 40; number += 1) {
      served.recordExchange(frame(`00 00${(number + 16).toString(16)} 00 00`), undefined);
    }
    expect(served.state.frames).toHaveLength(60);
    expect(served.state.frames[0]).toContain('system 001a');
    expect(served.state).toMatchObject({ isInField: false, balance: 0, historyText: [] });
  });

  it('is asked for on this machine unless told otherwise', () => {
    expect(PAGE_URL).toBe('http://127.0.0.1:4980');
  });
});
