import { describe, expect, it } from 'vitest';
import { CyclicRun } from '../../../card-emulator/card/cyclic-run.ts';
import { WriteStage } from '../../../card-emulator/card/write-stage.ts';
import { block } from './test-card.ts';

function threeBlocks() {
  return { blocks: [block(1), block(2), block(3)] };
}

describe('a run of cyclic elements', () => {
  it('is compared and stored as one unit', () => {
    const file = threeBlocks();
    const [run, stage] = [new CyclicRun(), new WriteStage()];
    expect(run.add(file, block(1))).toBe(true);
    expect(run.add(file, block(2))).toBe(true);
    run.end(stage);
    expect(stage.isChanged(file)).toBe(false);
  });

  it('ends with the unit, so that two runs are two units', () => {
    const file = threeBlocks();
    const [run, stage] = [new CyclicRun(), new WriteStage()];
    run.add(file, block(9));
    run.end(stage);
    run.add(file, block(9));
    run.end(stage);
    expect(stage.blocksOf(file)).toEqual([block(9), block(1), block(2)]);
  });

  it('takes as many blocks as the service has, over all runs of the command', () => {
    const file = threeBlocks();
    const [run, stage] = [new CyclicRun(), new WriteStage()];
    expect([7, 8].map((fill) => run.add(file, block(fill)))).toEqual([true, true]);
    run.end(stage);
    expect([9, 10].map((fill) => run.add(file, block(fill)))).toEqual([true, false]);
  });

  it('counts each service for itself', () => {
    const [first, second] = [{ blocks: [block(1)] }, { blocks: [block(1)] }];
    const [run, stage] = [new CyclicRun(), new WriteStage()];
    expect(run.add(first, block(2))).toBe(true);
    run.end(stage);
    expect(run.isOf(first)).toBe(false);
    expect(run.add(second, block(2))).toBe(true);
    expect(run.isOf(second)).toBe(true);
  });

  it('changes nothing when it ends without a block', () => {
    const stage = new WriteStage();
    new CyclicRun().end(stage);
    stage.commit();
    expect(stage.isChanged(threeBlocks())).toBe(false);
  });
});
