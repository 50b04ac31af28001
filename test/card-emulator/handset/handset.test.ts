import { beforeEach, describe, expect, it } from 'vitest';
import {
  type FrameAnswer,
  LineError,
  type PolledWork,
} from '../../../card-emulator/handset/carrier-line.ts';
import { Handset, type HandsetEvent } from '../../../card-emulator/handset/handset.ts';
import type { HandsetState } from '../../../card-emulator/handset/handset-folder.ts';

const PACKET = Uint8Array.of(2, 0);
const IDLE: PolledWork = { order: undefined, frame: undefined };
const STATE: HandsetState = {
  carrierUrl: 'http://carrier.example',
  isLocked: false,
  lastOrderId: 4,
};

type Step = PolledWork | LineError;

let answers: (FrameAnswer | undefined)[];
let saved: HandsetState[];
let done: number[];
let events: HandsetEvent[];
let waits: number[];
let exchanged: Uint8Array[];
beforeEach(() => {
  answers = [];
  saved = [];
  done = [];
  events = [];
  waits = [];
  exchanged = [];
});

/** A phone that meets these steps, one each time it asks, and is switched off after them. */
async function run(steps: readonly Step[], state: HandsetState = STATE): Promise<Handset> {
  const left = [...steps];
  const stopping = new AbortController();
  const handset = new Handset({
    card: {
      powerOn: () => undefined,
      powerOff: () => undefined,
      exchange: (packet) => {
        exchanged.push(packet);
        return Promise.resolve(packet);
      },
    },
    line: {
      poll: (answer) => {
        answers.push(answer);
        const step = left.shift();
        if (left.length === 0) stopping.abort();
        return step instanceof LineError ? Promise.reject(step) : Promise.resolve(step ?? IDLE);
      },
      orderDone: (orderId) => {
        done.push(orderId);
        return Promise.resolve();
      },
    },
    state,
    save: (next) => {
      saved.push(next);
      return Promise.resolve();
    },
    onEvent: (event) => events.push(event),
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  await handset.run(stopping.signal);
  return handset;
}

function frame(touch: number, number: number): PolledWork {
  return { order: undefined, frame: { touch, number, packet: PACKET } };
}

function order(orderId: number, action: 'lock' | 'unlock'): PolledWork {
  return { order: { orderId, action }, frame: undefined };
}

describe('a phone at its channel', () => {
  it('passes each packet to its card once, and none of an older touch', async () => {
    await run([frame(7, 1), frame(7, 1), frame(7, 2), frame(6, 9), frame(8, 1), IDLE]);
    expect(exchanged).toHaveLength(3);
    const packets = answers.slice(1).map((answer) => answer?.packet !== undefined);
    expect(packets).toEqual([true, false, true, false, true]);
    expect(events).toEqual([
      { event: 'touched', touch: 7 },
      { event: 'touched', touch: 8 },
    ]);
  });

  it('does a lock order once, keeps it, and says so each time it is told', async () => {
    const handset = await run([order(5, 'lock'), order(5, 'lock'), frame(7, 1), IDLE]);
    expect(handset.state).toEqual({ ...STATE, isLocked: true, lastOrderId: 5 });
    expect(saved).toEqual([handset.state]);
    expect(done).toEqual([5, 5]);
    expect(exchanged).toEqual([]);
    const unlocked = await run([order(6, 'unlock'), frame(7, 1), IDLE], handset.state);
    expect(unlocked.state.isLocked).toBe(false);
    expect(exchanged).toHaveLength(1);
  });

  it('does no order that is older than its last', async () => {
    const handset = await run([order(3, 'lock'), IDLE]);
    expect(handset.state.isLocked).toBe(false);
    expect(done).toEqual([3]);
  });

  it('asks again and again where there is no network, less and less often', async () => {
    const away = new LineError('LINE_UNREACHABLE', 'no network');
    await run([frame(7, 1), away, away, away, IDLE, IDLE]);
    expect(waits).toEqual([500, 1_000, 2_000]);
    expect(events.map(({ event }) => event)).toEqual(['touched', 'unreachable', 'reached']);
    // What the card answered is told once: whoever asked has given up on it.
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
  });

  it('ends where the carrier does not know it', async () => {
    const refused = new LineError('LINE_REFUSED', 'no phone in use');
    await expect(run([refused, IDLE])).rejects.toBe(refused);
  });
});
