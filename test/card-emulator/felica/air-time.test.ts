import { describe, expect, it } from 'vitest';
import { type AirExchange, airTime, wireTime } from '#felica/air-time';
import vectors from '../../vectors/felica-air-times.json' with { type: 'json' };

function exchange(kind: AirExchange['kind'], [command, response]: number[]): AirExchange {
  return { kind, commandBytes: command!, responseBytes: response! };
}

const SALES = vectors.map(({ sale, polling, commands, ms }) => ({
  sale,
  ms,
  exchanges: [
    exchange('polling', polling),
    ...commands.map((lengths) => exchange('command', lengths)),
  ],
}));

describe('air time', () => {
  it.each(SALES)('of $sale is at least $ms.total212 ms at 212 kbit/s', ({ exchanges, ms }) => {
    expect(wireTime(exchanges, 212)).toBeCloseTo(ms.wire212, 2);
    expect(airTime(exchanges, 212)).toBeCloseTo(ms.total212, 1);
  });

  it.each(SALES)('of $sale is at least $ms.total424 ms at 424 kbit/s', ({ exchanges, ms }) => {
    expect(wireTime(exchanges, 424)).toBeCloseTo(ms.wire424, 2);
    expect(airTime(exchanges, 424)).toBeCloseTo(ms.total424, 1);
  });

  it('of no exchange is zero', () => {
    expect(airTime([], 212)).toBe(0);
  });

  it('of one Polling has no gap of the reader', () => {
    const polling = exchange('polling', [6, 20]);
    expect(airTime([polling], 212)).toBeCloseTo(1.737 + 2.416, 3);
  });

  it('is not computed for a packet that cannot exist', () => {
    expect(() => airTime([exchange('command', [256, 12])], 212)).toThrow(RangeError);
  });
});
