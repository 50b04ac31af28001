import type { ReaderOverhead } from './pcsc-lane.ts';
import type { Spread } from './quantile.ts';
import { TAP_PARTS, type TapLane, type TapPart } from './tap-lane.ts';
import type { TapFigures } from './tap-time.ts';
import { fixed, rate, table } from './text-table.ts';

const NAME_BY_PART: Readonly<Record<TapPart, string>> = {
  polling: 'polling',
  authentication: 'authentication',
  read: 'read',
  intentToDisk: 'intent to disk',
  write: 'write',
  certificateRead: 'read of the certificate',
  outcomeToDisk: 'outcome to disk',
  rest: 'the rest: terminal and SAM',
};

/** The figures of whole taps as tables for people. */
export function tapText(figures: TapFigures): string {
  const { pcsc, recordedFrom } = figures;
  const lanes: readonly (readonly [string, TapLane])[] = [
    ['emulated', figures.emulated],
    ...(pcsc.result === 'measured' ? [['pcscd and vpcd', pcsc.lane] as const] : []),
    [`recorded (${recordedFrom})`, figures.recorded],
  ];
  return [
    laneTable(lanes),
    ...(pcsc.result === 'measured'
      ? [
          overheadTable('card at once', pcsc.overhead.atOnce, figures.overheadTarget),
          overheadTable('card over the air', pcsc.overhead.overTheAir, figures.overheadTarget),
        ]
      : [`pcscd: not measured: ${pcsc.reason}`]),
    `Simulation: ${rate(figures.simulatedTapsPerSecond)} taps/s, each with its faults and its audit.`,
  ].join('\n');
}

function laneTable(lanes: readonly (readonly [string, TapLane])[]): string {
  const row = (name: string, cell: (lane: TapLane) => string): string[] => [
    name,
    ...lanes.map(([, lane]) => cell(lane)),
  ];
  return table(
    ['A tap over each reader: ms, median (p99)', ...lanes.map(([name]) => name)],
    [
      row('taps', ({ tapCount }) => `${tapCount}`),
      row('whole tap', ({ tapMs }) => spread(tapMs)),
      ...TAP_PARTS.map((part) => row(NAME_BY_PART[part], ({ partMs }) => spread(partMs[part]))),
      row('one exchange', ({ exchangeMs }) => spread(exchangeMs)),
      row('exchanges a tap', ({ exchangesPerTap }) => fixed(exchangesPerTap)),
      row('journal: syncs a tap', ({ journal }) => fixed(journal.syncsPerTap)),
      row('journal: bytes a tap', ({ journal }) => rate(journal.bytesPerTap)),
      row('journal: ms of write and sync a tap, mean', ({ journal }) => fixed(journal.msPerTap)),
    ],
  );
}

function overheadTable(what: string, overheads: readonly ReaderOverhead[], target: number): string {
  return table(
    [`One frame, ${what}: ms, median (p99)`, 'bare nfc-pcsc', "Kazasu's reader", 'ratio', ''],
    overheads.map(({ frame, frameBytes, bareMs, readerMs, medianRatio }) => [
      `${frame}, ${frameBytes} bytes`,
      spread(bareMs),
      spread(readerMs),
      fixed(medianRatio),
      `target ${target}: ${medianRatio < target ? 'met' : 'NOT met'}`,
    ]),
  );
}

function spread({ median, p99 }: Spread): string {
  return `${median.toFixed(3)} (${p99.toFixed(3)})`;
}
