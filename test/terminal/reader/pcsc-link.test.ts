import { describe, expect, it } from 'vitest';
import { linkAfter } from '../../../terminal/reader/pcsc-link.ts';

const NAMES = { name: 'Virtual PCD 00 00', wantedName: 'Virtual' };

describe('PC/SC link', () => {
  it('is down, and says which reader is looked for, until the reader is found', () => {
    expect(linkAfter({ kind: 'started' }, NAMES)).toMatchObject({
      state: 'down',
      reason: { code: 'READER_NOT_FOUND', message: expect.stringContaining('Virtual') },
    });
  });

  it('is unready when the reader is found: a card may lie on it', () => {
    const found = { kind: 'reader-found', name: NAMES.name } as const;
    expect(linkAfter(found, NAMES)).toEqual({ state: 'unready', reason: undefined });
  });

  it('is down, and lists the readers, when several fit', () => {
    const names = ['Virtual PCD 00 00', 'Virtual PCD 00 01'];
    expect(linkAfter({ kind: 'reader-ambiguous', names }, NAMES)).toMatchObject({
      state: 'down',
      reason: {
        code: 'READER_AMBIGUOUS',
        message: 'more than one reader fits "Virtual": Virtual PCD 00 00, Virtual PCD 00 01',
      },
    });
    expect(
      linkAfter({ kind: 'reader-ambiguous', names }, { name: '', wantedName: '' }),
    ).toMatchObject({ reason: { message: expect.stringContaining('fits the terminal: ') } });
  });

  it('is down when the reader is unplugged', () => {
    expect(linkAfter({ kind: 'reader-gone' }, NAMES)).toMatchObject({
      state: 'down',
      reason: { code: 'READER_DISCONNECTED' },
    });
  });

  it('is empty when the card is gone, and ready when it is connected', () => {
    expect(linkAfter({ kind: 'card-gone' }, NAMES)).toEqual({ state: 'empty' });
    expect(linkAfter({ kind: 'card-ready' }, NAMES)).toEqual({ state: 'ready' });
  });

  it.each([
    ['Sharing violation.(0x8010000b)', 'READER_BUSY'],
    ['Access denied.(0x8010006a)', 'READER_PERMISSION'],
    ['Card is unresponsive.(0x80100066)', 'CARD_UNREADABLE'],
  ])('says why a card cannot be connected: %s', (text, code) => {
    const report = { kind: 'card-unready', message: `SCardConnect error: ${text}` } as const;
    expect(linkAfter(report, NAMES)).toMatchObject({ state: 'unready', reason: { code } });
  });

  it('has no reason yet for a card that is being connected', () => {
    const report = { kind: 'card-unready', message: undefined } as const;
    expect(linkAfter(report, NAMES)).toEqual({ state: 'unready', reason: undefined });
  });

  it('does not change with the answer to a command, or with the end of the process', () => {
    expect(linkAfter({ kind: 'answered', id: 1, reply: new Uint8Array(0) }, NAMES)).toBeUndefined();
    expect(linkAfter({ kind: 'failed', id: 1, message: '' }, NAMES)).toBeUndefined();
    expect(linkAfter({ kind: 'service-lost', message: '' }, NAMES)).toBeUndefined();
    expect(linkAfter({ kind: 'binding-missing', message: '' }, NAMES)).toBeUndefined();
  });
});
