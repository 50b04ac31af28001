import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CardSlot, messageOf, type SlotDevice } from '../../../terminal/reader/card-slot.ts';
import type { BindingReport } from '../../../terminal/reader/pcsc-message.ts';
import { hex, inHex } from '../../card-emulator/felica/hex.ts';

const GET_DATA = 'ffca000000';
const WRITE = hex('ff 00 00 00 03 03 3e 00');
const DONE = hex('03 3f 00 90 00');

/** A device that follows a script; what is not scripted succeeds. */
function slotWith(script: Partial<Record<keyof SlotDevice, (() => Promise<unknown>)[]>> = {}) {
  const log: string[] = [];
  const reports: BindingReport[] = [];
  const follow = async (step: keyof SlotDevice): Promise<unknown> => {
    log.push(step);
    return await script[step]?.shift()?.();
  };
  const device: SlotDevice = {
    connect: async () => void (await follow('connect')),
    disconnect: async () => void (await follow('disconnect')),
    transmit: async (command) => {
      log.push(inHex(command).startsWith(GET_DATA) ? 'get-data' : 'command');
      const reply = await script.transmit?.shift()?.();
      return reply instanceof Uint8Array ? reply : DONE;
    },
  };
  const gaveUp: unknown[] = [];
  const slot = new CardSlot({
    device,
    report: (report) => void reports.push(report),
    retryMs: 1,
    giveUp: (reason) => void gaveUp.push(reason),
  });
  return { slot, log, reports, gaveUp, kinds: () => reports.map(({ kind }) => kind) };
}

const fails = (text: string) => () => Promise.reject(new Error(text));
const replies = (text: string) => () => Promise.resolve(hex(text));

describe('card slot', () => {
  it('connects a card that comes, and disconnects one that goes', async () => {
    const { slot, log, kinds } = slotWith();
    slot.showCard(true);
    await sleep(1);
    slot.showCard(false);
    await sleep(1);
    expect(log).toEqual(['connect', 'disconnect']);
    expect(kinds()).toEqual(['card-unready', 'card-ready', 'card-gone']);
  });

  it('reports both cards when they are exchanged during a command', async () => {
    const { slot, log, kinds } = slotWith();
    slot.showCard(true);
    slot.transmit(1, WRITE);
    await sleep(1);
    slot.transmit(2, WRITE);
    slot.showCard(false);
    slot.showCard(true);
    await sleep(1);
    expect(log).toEqual(['connect', 'command', 'command', 'disconnect', 'connect']);
    expect(kinds().slice(-3)).toEqual(['card-gone', 'card-unready', 'card-ready']);
  });

  it('does not connect a card that has left before its turn came', async () => {
    const { slot, log, kinds } = slotWith();
    slot.showCard(true);
    slot.showCard(false);
    await sleep(1);
    expect(log).toEqual([]);
    expect(kinds()).toEqual(['card-gone']);
  });

  it('reports the first status of an empty field, and no status twice', async () => {
    const { slot, kinds } = slotWith();
    slot.showCard(false);
    slot.showCard(false);
    await sleep(1);
    expect(kinds()).toEqual(['card-gone']);
  });

  it('reports why a card could not be connected, and tries again', async () => {
    const { slot, reports } = slotWith({ connect: [fails('Sharing violation.(0x8010000b)')] });
    slot.showCard(true);
    await expect.poll(() => reports.at(-1)).toEqual({ kind: 'card-ready' });
    expect(reports[1]).toEqual({ kind: 'card-unready', message: 'Sharing violation.(0x8010000b)' });
  });

  it('answers a command without a card as failed, with the number for that', async () => {
    const { slot, reports, log } = slotWith();
    slot.transmit(1, WRITE);
    await sleep(1);
    expect(reports).toEqual([
      { kind: 'failed', id: 1, message: expect.stringContaining('0x8010000c') },
    ]);
    expect(log).toEqual([]);
  });

  it.each(['03 3f 00 90 00', '63 00', '6a 81'])(
    'keeps the connection after the reply %s',
    async (reply) => {
      const { slot, log, reports } = slotWith({ transmit: [replies(reply)] });
      slot.showCard(true);
      slot.transmit(1, WRITE);
      await sleep(1);
      expect(log).toEqual(['connect', 'command']);
      expect(reports.at(-1)).toEqual({ kind: 'answered', id: 1, reply: hex(reply) });
    },
  );

  it.each([
    ['nothing', replies('')],
    ['a cut reply', replies('0c 09 02')],
    ['a failure', fails('Card was reset.(0x80100068)')],
  ])('says before the outcome that the card is not ready, after %s', async (_, step) => {
    const { slot, log, kinds } = slotWith({ transmit: [step] });
    slot.showCard(true);
    slot.transmit(1, WRITE);
    await sleep(1);
    expect(kinds().slice(2)).toEqual([
      'card-unready',
      expect.stringMatching(/answered|failed/),
      'card-ready',
    ]);
    expect(log).toEqual(['connect', 'command', 'disconnect', 'connect', 'get-data']);
  });

  it('takes no card for ready again that does not answer', async () => {
    const { slot, kinds } = slotWith({ transmit: [replies(''), fails('gone (0x80100016)')] });
    slot.showCard(true);
    slot.transmit(1, WRITE);
    await expect
      .poll(kinds)
      .toEqual([
        'card-unready',
        'card-ready',
        'card-unready',
        'answered',
        'card-unready',
        'card-ready',
      ]);
  });

  it('gives up when it cannot disconnect: the binding would never connect again', async () => {
    const { slot, gaveUp } = slotWith({ disconnect: [fails('no service')] });
    slot.showCard(true);
    await sleep(1);
    slot.showCard(false);
    await sleep(1);
    expect(gaveUp).toEqual([new Error('no service')]);
  });

  it('disconnects the card when it is closed, after the command at work', async () => {
    const { slot, log, kinds } = slotWith();
    slot.showCard(true);
    slot.transmit(1, WRITE);
    await sleep(1);
    await slot.close();
    expect(log).toEqual(['connect', 'command', 'disconnect']);
    expect(kinds()).toContain('answered');
  });

  it('does nothing more for a reader that is gone', async () => {
    const { slot, log } = slotWith();
    slot.abandon();
    slot.showCard(true);
    slot.transmit(1, WRITE);
    await sleep(1);
    expect(log).toEqual([]);
  });
});

describe('message of a binding error', () => {
  it('has the text of the error before too, where the number is', () => {
    const previous = new Error('SCardTransmit error: (0x80100016)');
    const error = Object.assign(new Error('An error occurred while transmitting.'), { previous });
    expect(messageOf(error)).toBe(
      'An error occurred while transmitting. SCardTransmit error: (0x80100016)',
    );
  });

  it('is made of whatever is thrown', () => {
    expect(messageOf(new Error('alone'))).toBe('alone');
    expect(messageOf('text')).toBe('text');
  });
});
