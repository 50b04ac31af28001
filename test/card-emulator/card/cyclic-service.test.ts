import { describe, expect, it } from 'vitest';
import { pushCyclicUnit } from '../../../card-emulator/card/cyclic-service.ts';
import { block } from './test-card.ts';

const [a, b, c, d, e] = [block(0xa), block(0xb), block(0xc), block(0xd), block(0xe)];

describe('a cyclic service', () => {
  it('puts the new block first and drops the oldest', () => {
    expect(pushCyclicUnit([a!, b!, c!], [d!])).toEqual([d, a, b]);
  });

  it('puts a unit on top in its own order, so that its first block is block 0', () => {
    expect(pushCyclicUnit([a!, b!, c!], [d!, e!])).toEqual([d, e, a]);
  });

  it('keeps nothing of the old when the unit is as long as the service', () => {
    expect(pushCyclicUnit([a!, b!], [c!, d!])).toEqual([c, d]);
  });

  it('writes nothing when the unit equals the newest blocks byte for byte', () => {
    expect(pushCyclicUnit([a!, b!, c!], [block(0xa)])).toBeUndefined();
    expect(pushCyclicUnit([a!, b!, c!], [block(0xa), block(0xb)])).toBeUndefined();
  });

  it('writes a unit that equals the newest blocks in part', () => {
    expect(pushCyclicUnit([a!, b!, c!], [a!, c!])).toEqual([a, c, a]);
  });

  it('writes a block that equals an older one', () => {
    expect(pushCyclicUnit([a!, b!, c!], [b!])).toEqual([b, a, b]);
  });

  it('tells two blocks apart by their last bit', () => {
    const almost = a!.slice();
    almost[15]! ^= 1;
    expect(pushCyclicUnit([a!], [almost])).toEqual([almost]);
  });
});
