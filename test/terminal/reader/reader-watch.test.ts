import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SlotDevice } from '../../../terminal/reader/card-slot.ts';
import type { BindingReport } from '../../../terminal/reader/pcsc-message.ts';
import type { ReaderWish } from '../../../terminal/reader/reader-choice.ts';
import { ReaderWatch } from '../../../terminal/reader/reader-watch.ts';

const [LEFT, RIGHT] = ['Virtual PCD 00 00', 'Virtual PCD 00 01'];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(wish: Partial<ReaderWish> = {}) {
  const reports: BindingReport[] = [];
  const connected: string[] = [];
  const readers = new ReaderWatch({
    wish: { wantedName: '', lastName: '', ...wish },
    report: (report) => void reports.push(report),
    giveUp: () => undefined,
  });
  const deviceOf = (name: string): SlotDevice => ({
    connect: () => Promise.resolve(void connected.push(name)),
    disconnect: () => Promise.resolve(),
    transmit: () => Promise.resolve(Uint8Array.of(0x90, 0x00)),
  });
  return {
    readers,
    connected,
    attach: (name: string) => readers.attach(name, deviceOf(name)),
    settle: () => vi.advanceTimersByTimeAsync(100),
    /** What was reported since the last call, but for what was merely seen. */
    said: () => reports.splice(0).filter(({ kind }) => kind !== 'reader-seen'),
  };
}

describe('the readers that a binding tells of', () => {
  it('are one for the terminal, with the card that lay on it before', async () => {
    const { readers, connected, attach, settle, said } = watch({ wantedName: RIGHT });
    attach(LEFT);
    attach(RIGHT);
    readers.showCard(LEFT, true);
    readers.showCard(RIGHT, true);
    await settle();
    expect(said()).toEqual([
      { kind: 'reader-found', name: RIGHT },
      { kind: 'card-unready', message: undefined },
      { kind: 'card-ready' },
    ]);
    expect(connected).toEqual([RIGHT]);
    expect(readers.takenName).toBe(RIGHT);
  });

  it('are none where two fit, until one of them is gone', async () => {
    const { readers, attach, settle, said } = watch();
    attach(LEFT);
    attach(RIGHT);
    await settle();
    expect(said()).toEqual([{ kind: 'reader-ambiguous', names: [LEFT, RIGHT] }]);
    readers.detach(LEFT);
    await settle();
    expect(said()).toEqual([{ kind: 'reader-found', name: RIGHT }]);
  });

  it('do not disturb the one that is taken when they come and go', async () => {
    const { readers, attach, settle, said } = watch();
    attach(LEFT);
    await settle();
    said();
    attach(RIGHT);
    readers.showCard(RIGHT, true);
    readers.detach(RIGHT);
    await settle();
    expect(said()).toEqual([]);
    expect(readers.takenName).toBe(LEFT);
  });

  it('are not taken in place of one that is unplugged, which comes back', async () => {
    const { readers, attach, settle, said } = watch({ lastName: LEFT });
    attach(LEFT);
    attach(RIGHT);
    await settle();
    said();
    readers.detach(LEFT);
    await settle();
    readers.transmit(7, Uint8Array.of(0));
    expect(said()).toMatchObject([{ kind: 'reader-gone' }, { kind: 'failed', id: 7 }]);
    attach(LEFT);
    await settle();
    expect(said()).toEqual([{ kind: 'reader-found', name: LEFT }]);
  });

  it('carry a command to the one that is taken, and let its card go at the end', async () => {
    const { readers, attach, settle, said } = watch();
    attach(LEFT);
    readers.showCard(LEFT, true);
    await settle();
    said();
    readers.transmit(1, Uint8Array.of(0));
    await settle();
    expect(said()).toEqual([{ kind: 'answered', id: 1, reply: Uint8Array.of(0x90, 0x00) }]);
    await readers.close();
    readers.showCard(LEFT, false);
    await settle();
    expect(said()).toEqual([]);
  });
});
