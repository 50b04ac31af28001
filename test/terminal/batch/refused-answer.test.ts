import { describe, expect, it } from 'vitest';
import { refusalIn } from '../../../terminal/batch/refused-answer.ts';

describe('refusalIn', () => {
  const body = { code: 'BATCH_REPLAYED', detail: 'batch 3' };

  it('says why the issuer refused', () => {
    expect(refusalIn(409, body)).toEqual({
      code: 'BATCH_REPLAYED',
      message: 'batch 3',
    });
  });

  it.each([200, 429, 500, 503])('takes status %i for none', (status) => {
    expect(refusalIn(status, body)).toBeUndefined();
  });

  it.each([undefined, 'no', { code: 1 }, { code: 'X' }])('takes the body %j for none', (other) => {
    expect(refusalIn(409, other)).toBeUndefined();
  });
});
