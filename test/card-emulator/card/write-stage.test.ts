import { describe, expect, it } from 'vitest';
import { CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
import { WriteStage } from '../../../card-emulator/card/write-stage.ts';
import { block, keyOf, testPersonalisation } from './test-card.ts';

/** Files with three random blocks (a0 a1 a2) and three cyclic ones (all 0). */
function staged() {
  const fileSystem = new CardFileSystem(testPersonalisation());
  const [system] = fileSystem.systems;
  return {
    fileSystem,
    stage: new WriteStage(fileSystem),
    random: system!.services.get(0x0009)!.file,
    cyclic: system!.services.get(0x004d)!.file,
    slot: system!.nodes.get(0x1014)!.aes!,
  };
}

describe('the stage of a Write', () => {
  it('leaves the card as it is until it is committed, and then changes every file', () => {
    const { fileSystem, stage, random, cyclic } = staged();
    const before = fileSystem.memory.slice();
    stage.replaceBlock(random, 1, block(8));
    stage.pushUnit(cyclic, [block(9)]);
    expect(fileSystem.memory).toEqual(before);
    stage.commit();
    expect(fileSystem.blocks(random)).toEqual([block(0xa0), block(8), block(0xa2)]);
    expect(fileSystem.blocks(cyclic)).toEqual([block(9), block(0), block(0)]);
    expect(fileSystem.commitCount).toBe(1);
  });

  it('shows a later element what an earlier one will store', () => {
    const { stage, random } = staged();
    stage.replaceBlock(random, 0, block(8));
    expect([stage.block(random, 0), stage.block(random, 1)]).toEqual([block(8), block(0xa1)]);
  });

  it('never writes into the memory the card had', () => {
    const { fileSystem, stage, random } = staged();
    const { memory } = fileSystem;
    const before = memory.slice();
    stage.replaceBlock(random, 0, block(2));
    stage.commit();
    expect(memory).toEqual(before);
    expect(fileSystem.memory).not.toBe(memory);
  });

  it('changes nothing without a change', () => {
    const { fileSystem, stage, random, cyclic } = staged();
    stage.pushUnit(cyclic, [block(0)]);
    stage.commit();
    expect(fileSystem.commitCount).toBe(0);
    expect([stage.isChanged(random), stage.isChanged(cyclic)]).toEqual([false, false]);
    expect(stage.purseWriteOf(random)).toBeUndefined();
  });

  it('changes a key and its version together', () => {
    const { fileSystem, stage, slot } = staged();
    stage.replaceKey(slot, block(5), 0x0102);
    expect(fileSystem.key(slot)).toEqual(keyOf(0x1014));
    stage.commit();
    expect([fileSystem.key(slot), fileSystem.version(slot)]).toEqual([block(5), 0x0102]);
  });
});
