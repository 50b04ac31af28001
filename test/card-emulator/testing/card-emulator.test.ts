import * as door from 'kazasu/card-emulator';
import { describe, expect, it } from 'vitest';

describe('the door of the package', () => {
  it('leads to these names and no others: each is a promise to other projects', () => {
    const names = [
      'CardImageError',
      'CardStructureError',
      'FelicaCard',
      'InProcessLink',
      'MAGIC_CARDS',
      'balanceOf',
      'buildCard',
      'businessDate',
      'cardFixtures',
      'cardInHand',
      'cardMatchers',
      'createFelicaCard',
      'deriveCardKey',
      'formatIdm',
      'idm',
      'logOf',
      'magicCard',
      'milliseconds',
      'newCard',
      'openCardImage',
      'CrowdedField',
      'faultsOfSeed',
      'newLiteCard',
      'parseFrameRecording',
      'replayCard',
      'openUdpLink',
      'parseIdm',
      'pmm',
      'recorded',
      'seededRandom',
      'testCardKey',
      'testKeys',
      'timedLink',
      'yen',
    ];
    expect(new Set(Object.keys(door))).toEqual(new Set(names));
  });
});
