import assert from 'node:assert/strict';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import { simulate } from '../simulation/simulate.ts';
import { benchCard, loadFully } from './bench-counter.ts';
import { measurePcsc, OVERHEAD_TARGET, type PcscOverhead } from './pcsc-lane.ts';
import { recordedReader, recordingOf } from './recorded-reader.ts';
import { measureLane, type TapLane } from './tap-lane.ts';

export interface TapPlan {
  readonly tapCount: number;
  /** Of each frame, by each way. */
  readonly exchangeCount: number;
  readonly simulatedTaps: number;
}

export interface NotMeasured {
  readonly result: 'not measured';
  readonly reason: string;
}

export interface TapFigures {
  readonly emulated: TapLane;
  readonly pcsc:
    | {
        readonly result: 'measured';
        readonly lane: TapLane;
        readonly overhead: PcscOverhead;
      }
    | NotMeasured;
  /** Of which reader the dialogue was that the recorded one replays. */
  readonly recordedFrom: 'emulated' | 'pcsc';
  readonly recorded: TapLane;
  readonly overheadTarget: number;
  /** With a card over the air; `undefined` where it was not measured. */
  readonly isOverheadTargetMet: boolean | undefined;
  readonly simulatedTapsPerSecond: number;
}

/** Debits from end to end over three readers, one after the other in one run. */
export async function measureTaps(plan: TapPlan): Promise<TapFigures> {
  const card = benchCard(1);
  await loadFully(card);
  const reader = new EmulatedReader();
  const touch = async (): Promise<void> => reader.present(card);
  const emulated = await measureLane({ reader, touch }, plan.tapCount);
  await reader.close();
  const pcsc = await measurePcsc(plan.tapCount, plan.exchangeCount);
  const dialogue = pcsc.result === 'measured' ? pcsc.dialogue : emulated.dialogue;
  const replay = recordedReader(recordingOf(dialogue));
  const recorded = await measureLane(replay, plan.tapCount);
  replay.requireAllPlayed();
  return {
    emulated: emulated.lane,
    pcsc:
      pcsc.result === 'measured'
        ? { result: 'measured', lane: pcsc.lane, overhead: pcsc.overhead }
        : pcsc,
    recordedFrom: pcsc.result === 'measured' ? 'pcsc' : 'emulated',
    recorded: recorded.lane,
    overheadTarget: OVERHEAD_TARGET,
    isOverheadTargetMet:
      pcsc.result === 'measured'
        ? pcsc.overhead.overTheAir.every(({ medianRatio }) => medianRatio < OVERHEAD_TARGET)
        : undefined,
    simulatedTapsPerSecond: await simulatedTapsPerSecond(plan.simulatedTaps),
  };
}

async function simulatedTapsPerSecond(taps: number): Promise<number> {
  const start = performance.now();
  const quiet = (): void => undefined;
  const run = { taps, seed: 1, episode: undefined, isJson: true, print: quiet, progress: quiet };
  assert(await simulate(run), 'the simulation finds every yen');
  return (taps * 1_000) / (performance.now() - start);
}
