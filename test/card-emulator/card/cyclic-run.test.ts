import { describe, expect, it } from 'vitest';
import { CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
import { CyclicRun } from '../../../card-emulator/card/cyclic-run.ts';
import { WriteStage } from '../../../card-emulator/card/write-stage.ts';
import { block, testPersonalisation, testSystem, WALLET } from './test-card.ts';

/** Cyclic files of three blocks (1 2 3) and of one block (1). */
function emptyRun() {
  const system = testSystem(WALLET, [0x004c, 0x008c], {
    1: [block(1), block(2), block(3)],
    2: [block(1)],
  });
  const fileSystem = new CardFileSystem(testPersonalisation({ systems: [system] }));
  const { services } = fileSystem.systems[0]!;
  return {
    fileSystem,
    run: new CyclicRun(),
    stage: new WriteStage(fileSystem),
    three: services.get(0x004c)!.file,
    one: services.get(0x008c)!.file,
  };
}

describe('a run of cyclic elements', () => {
  it('is compared and stored as one unit', () => {
    const { run, stage, three } = emptyRun();
    expect(run.add(three, block(1))).toBe(true);
    expect(run.add(three, block(2))).toBe(true);
    run.end(stage);
    expect(stage.isChanged(three)).toBe(false);
  });

  it('ends with the unit, so that two runs are two units', () => {
    const { fileSystem, run, stage, three } = emptyRun();
    run.add(three, block(9));
    run.end(stage);
    run.add(three, block(9));
    run.end(stage);
    stage.commit();
    expect(fileSystem.blocks(three)).toEqual([block(9), block(1), block(2)]);
  });

  it('takes as many blocks as the service has, over all runs of the command', () => {
    const { run, stage, three } = emptyRun();
    expect([7, 8].map((fill) => run.add(three, block(fill)))).toEqual([true, true]);
    run.end(stage);
    expect([9, 10].map((fill) => run.add(three, block(fill)))).toEqual([true, false]);
  });

  it('counts each service for itself', () => {
    const { run, stage, three, one } = emptyRun();
    expect(run.add(one, block(2))).toBe(true);
    run.end(stage);
    expect(run.isOf(one)).toBe(false);
    expect(run.add(three, block(2))).toBe(true);
    expect(run.isOf(three)).toBe(true);
  });

  it('changes nothing when it ends without a block', () => {
    const { fileSystem, run, stage } = emptyRun();
    run.end(stage);
    stage.commit();
    expect(fileSystem.commitCount).toBe(0);
  });
});
