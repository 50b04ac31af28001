import { describe, expect, it } from 'vitest';
import { encodeCardImage } from '#purse/card-image';
import { parseCardImage } from '../../../card-emulator/card/card-image.ts';
import { openCardImage } from '../../../card-emulator/card/open-card.ts';
import { personalisedCard, seededRandom } from '../../scheme.ts';

describe('encodeCardImage', () => {
  const card = personalisedCard(7);
  const text = encodeCardImage(card);

  it('writes the text that an emulated card opens', () => {
    const opened = openCardImage(text, { random: seededRandom('card') });
    expect(opened.idm).toEqual(card.idm);
    expect(parseCardImage(JSON.parse(text))).toEqual(card);
  });

  it('writes a card without certificates, too', () => {
    const { certificate: _certificate, ...plain } = card;
    expect(parseCardImage(JSON.parse(encodeCardImage(plain)))).toEqual(plain);
  });
});
