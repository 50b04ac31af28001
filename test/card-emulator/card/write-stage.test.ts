import { describe, expect, it } from 'vitest';
import { WriteStage } from '../../../card-emulator/card/write-stage.ts';
import { block } from './test-card.ts';

describe('the stage of a Write', () => {
  it('leaves the card as it is until it is committed, and then changes every file', () => {
    const [first, second] = [{ blocks: [block(1), block(2)] }, { blocks: [block(3)] }];
    const stage = new WriteStage();
    stage.replaceBlock(first, 1, block(8));
    stage.replaceBlocks(second, [block(9)]);
    expect([first.blocks, second.blocks]).toEqual([[block(1), block(2)], [block(3)]]);
    stage.commit();
    expect([first.blocks, second.blocks]).toEqual([[block(1), block(8)], [block(9)]]);
  });

  it('shows a later element what an earlier one will store', () => {
    const file = { blocks: [block(1), block(2)] };
    const stage = new WriteStage();
    stage.replaceBlock(file, 0, block(8));
    stage.replaceBlock(file, 1, block(9));
    expect(stage.blocksOf(file)).toEqual([block(8), block(9)]);
  });

  it('never writes into a list it was given', () => {
    const blocks = Object.freeze([block(1)]);
    const stage = new WriteStage();
    stage.replaceBlock({ blocks }, 0, block(2));
    stage.commit();
    expect(blocks).toEqual([block(1)]);
  });

  it('changes nothing without a change', () => {
    const file = { blocks: [block(1)] };
    const { blocks } = file;
    const stage = new WriteStage();
    stage.commit();
    expect(file.blocks).toBe(blocks);
    expect(stage.isChanged(file)).toBe(false);
    expect(stage.purseWriteOf(file)).toBeUndefined();
  });
});
