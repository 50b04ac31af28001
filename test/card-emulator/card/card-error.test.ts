import { describe, expect, it } from 'vitest';
import { CardImageError, CardStructureError } from '#emulated-card';

describe('an error of a card', () => {
  it('of its structure names the field', () => {
    const error = new CardStructureError('systems[0].areas', 'expected the root area 0000');
    expect(error).toMatchObject({
      name: 'CardStructureError',
      code: 'CARD_STRUCTURE_INVALID',
      field: 'systems[0].areas',
      message: 'systems[0].areas: expected the root area 0000',
    });
  });

  it('of its image names the field and keeps the cause', () => {
    const cause = new CardStructureError('idm', 'expected another');
    expect(new CardImageError('expected another', { field: 'idm', cause })).toMatchObject({
      name: 'CardImageError',
      code: 'CARD_IMAGE_INVALID',
      field: 'idm',
      message: 'card image idm: expected another',
      cause,
    });
  });
});
