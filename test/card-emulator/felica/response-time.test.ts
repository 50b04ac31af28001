import { describe, expect, it } from 'vitest';
import { pmm } from '#felica/identifiers';
import type { TimeSlots } from '#felica/polling';
import {
  type CommandKind,
  maximumResponseTime,
  pollingTimeOut,
  responseTimeOut,
} from '#felica/response-time';
import vectors from '../../vectors/felica-response-times.json' with { type: 'json' };
import { hex } from './hex.ts';

const KINDS: readonly CommandKind[] = [
  'request-service',
  'inquiry',
  'authentication1',
  'authentication2',
  'read',
  'write',
];

const CASES = vectors.flatMap(({ card, pmm: parameters, times }) =>
  times.map(({ kind, count, ms }) => ({
    card,
    parameters: pmm(hex(parameters)),
    kind: KINDS.find((known) => known === kind)!,
    count,
    ms,
  })),
);

describe('maximum response time', () => {
  it.each(CASES)('of $card for $kind of $count is $ms ms', ({ parameters, kind, count, ms }) => {
    expect(maximumResponseTime(parameters, kind, count)).toBeCloseTo(ms, 1);
  });

  it('takes each kind of command from its own byte', () => {
    const shortest = pmm(hex('0000 00 00 00 00 00 00'));
    const unit = maximumResponseTime(shortest, 'inquiry');
    expect(unit).toBeCloseTo(0.302, 3);
    const bytes = ['request-service', 'inquiry', 'authentication1', 'read', 'write'] as const;
    for (const [index, kind] of bytes.entries()) {
      const longer = shortest.slice();
      longer[2 + index] = 0x40;
      for (const other of bytes) {
        const factor = other === kind ? 4 : 1;
        expect(maximumResponseTime(pmm(longer), other)).toBeCloseTo(factor * unit, 9);
      }
    }
  });

  it('of a fixed command does not grow with the count', () => {
    const suica = pmm(hex('100b4b428485d0ff'));
    for (const kind of ['inquiry', 'authentication2'] as const) {
      expect(maximumResponseTime(suica, kind, 9)).toBe(maximumResponseTime(suica, kind));
    }
  });

  it('is not computed for a count that no command has', () => {
    const suica = pmm(hex('100b4b428485d0ff'));
    expect(() => maximumResponseTime(suica, 'read', -1)).toThrow(RangeError);
    expect(() => maximumResponseTime(suica, 'read', 1.5)).toThrow(RangeError);
  });
});

describe('response time-out', () => {
  it('is never under 2 ms', () => {
    const liteS = pmm(hex('00f1000000014300'));
    expect(responseTimeOut(liteS, 'read', 1)).toBe(2);
    expect(responseTimeOut(liteS, 'write', 1)).toBe(maximumResponseTime(liteS, 'write', 1));
  });
});

describe('Polling time-out', () => {
  it.each<[TimeSlots, number]>([
    [0x00, 3.625],
    [0x01, 4.833],
    [0x03, 7.249],
    [0x07, 12.081],
    [0x0f, 21.745],
  ])('with time slots %i is %f ms', (timeSlots, ms) => {
    expect(pollingTimeOut(timeSlots)).toBeCloseTo(ms, 2);
  });
});
