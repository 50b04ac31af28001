import { describe, expect, it } from 'vitest';
import { refused } from '../../../backend/issuer/registration.ts';

describe('registration', () => {
  it('is refused with a reason and a detail', () => {
    expect(refused('ACCOUNT_CARD_TAKEN', 'a card …0506')).toEqual({
      result: 'refused',
      reason: 'ACCOUNT_CARD_TAKEN',
      detail: 'a card …0506',
    });
  });
});
