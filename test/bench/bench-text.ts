import type { CollectionFigures } from './collection-rate.ts';
import type { SyncCount } from './commit-count.ts';
import type { DebitExchanges } from './debit-exchange.ts';
import type { DebitTimeFigures, DebitTimes } from './debit-time.ts';
import type { HotListFigures } from './hotlist-time.ts';
import type { Spread } from './quantile.ts';
import type { BenchFigures } from './run-bench.ts';
import { tapText } from './tap-text.ts';
import { fixed, rate, table } from './text-table.ts';

/** The figures as tables for people. */
export function benchText(figures: BenchFigures): string {
  const { machine, debit, card, collection } = figures;
  const { withoutCertificateRead, withCertificateRead } = debit.exchanges;
  return [
    `${machine.cpuModel}, ${machine.coreCount} cores, Node ${machine.nodeVersion}, ${machine.platform}; ` +
      `one page synced takes ${fixed(machine.fdatasyncMs)} ms`,
    table(
      ['Debit over AES: packets', 'to the written purse', 'with the certificate read'],
      [
        ['exchanges', counted(withoutCertificateRead), counted(withCertificateRead)],
        ['packets', packets(withoutCertificateRead), packets(withCertificateRead)],
        [
          'our frames (command,response)',
          frames(withoutCertificateRead.frames),
          frames(withCertificateRead.frames),
        ],
        [
          'least frames',
          frames(withoutCertificateRead.leastFrames),
          frames(withCertificateRead.leastFrames),
        ],
        ...[0, 1].map((rate) => airRow(withoutCertificateRead, withCertificateRead, rate)),
      ],
    ),
    'Air time: frames, least answer delays and reader gaps; nothing inside the card. The least is the\n' +
      'same formula over a debit of purse and log with two nodes and a Read of one block (with the\n' +
      'certificate: one more Read of one block), not a measurement of another system.',
    debitTable(debit.time, debit.syncs),
    tapText(figures.taps),
    table(
      ['Emulated card', 'per second'],
      [
        ['debit (Write of purse and log), SAM and card', rate(card.debitsBothEnds)],
        ['debit (Write of purse and log), card alone', rate(card.debitsCardAlone)],
        ['Read Without Encryption, 1 block', rate(card.readsWithoutEncryption)],
        ['Write Without Encryption, 1 block', rate(card.writesWithoutEncryption)],
      ],
    ),
    cardTables(figures),
    hotListTable(figures.hotList),
    collectionTable(collection),
    targetLine(collection),
  ].join('\n');
}

function cardTables({ cardKinds, crowds, decoding }: BenchFigures): string {
  return [
    table(
      ['Emulated card by kind', 'per second'],
      cardKinds.map(({ what, perSecond }) => [what, rate(perSecond)]),
    ),
    'Target in process, on one core: over 200,000 plain and 20,000 secure commands a second.',
    table(
      ['Cards in one process', 'bytes each', 'resident bytes each', 'µs to make one'],
      crowds.map(({ kind, cardCount, bytesEach, residentBytesEach, microsecondsEach }) => [
        `${rate(cardCount)} ${kind} cards`,
        rate(bytesEach),
        rate(residentBytesEach),
        fixed(microsecondsEach),
      ]),
    ),
    'Target: under 10,000 bytes a card.',
    table(
      ['Frame decoded', 'ns'],
      decoding.map(({ what, nanoseconds }) => [what, rate(nanoseconds)]),
    ),
  ].join('\n');
}

function hotListTable(figures: HotListFigures): string {
  const { listedMicroseconds, unlistedMicroseconds, memoryBytes, bytesMax } = figures;
  const spread = ({ median, p99 }: Spread): string => `${fixed(median)} µs, p99 ${fixed(p99)} µs`;
  const slowest = Math.max(listedMicroseconds.p99, unlistedMicroseconds.p99);
  const met = memoryBytes < bytesMax && slowest < figures.microsecondsMax;
  return table(
    [`Hot list of ${rate(figures.cardCount)} cards`, ''],
    [
      ['bytes of the file', rate(figures.fileBytes)],
      ['bytes of memory, the file included', rate(memoryBytes)],
      ['look-up of a card that is on it', spread(listedMicroseconds)],
      ['look-up of a card that is not', spread(unlistedMicroseconds)],
      ['opening: every entry and the signature checked', `${fixed(figures.openMs)} ms`],
      [`delta of ${rate(figures.deltaCardCount)} cards`, `${fixed(figures.deltaMs)} ms`],
      [
        `target: under ${rate(bytesMax)} bytes and ${figures.microsecondsMax} µs`,
        met ? 'met' : 'NOT met',
      ],
    ],
  );
}

function airRow(first: DebitExchanges, second: DebitExchanges, index: number): string[] {
  const cells = [first, second].map(({ airTime }) => {
    const row = airTime[index];
    return row === undefined
      ? '-'
      : `${fixed(row.oursMs)} ms, least ${fixed(row.leastMs)} ms, ratio ${fixed(row.oursToLeast)}`;
  });
  return [`air time at ${first.airTime[index]?.bitRateKbps} kbit/s`, ...cells];
}

function debitTable(time: DebitTimeFigures, syncs: SyncCount): string {
  const { withJournal, withoutJournal, targetMs } = time;
  const row = (name: string, cell: (times: DebitTimes) => string): string[] => [
    name,
    cell(withJournal),
    cell(withoutJournal),
  ];
  const word = time.isTargetMet ? 'met' : 'NOT met';
  return table(
    ['Debit: terminal, SAM and card in one process', 'journal on disk', 'journal in memory'],
    [
      row('debits', ({ debitCount }) => `${debitCount}`),
      row('host time, median', ({ hostMs }) => `${fixed(hostMs.median)} ms`),
      row('host time, p90', ({ hostMs }) => `${fixed(hostMs.p90)} ms`),
      row('host time, p99', ({ hostMs }) => `${fixed(hostMs.p99)} ms`),
      row('CPU time', ({ cpuMs }) => `${fixed(cpuMs)} ms`),
      ['fsync and fdatasync', syncText(syncs), ''],
      ['share of the journal in the median', `${fixed(time.journalShareOfMedian * 100)} %`, ''],
      [`target: median under ${targetMs} ms`, word, ''],
    ],
  );
}

function syncText(syncs: SyncCount): string {
  if (syncs.result === 'not counted') return `not counted: ${syncs.reason}`;
  const { shortRun, longRun } = syncs;
  return (
    `${fixed(syncs.syncsPerDebit)} (${shortRun.syncs} in ${shortRun.debits} debits, ` +
    `${longRun.syncs} in ${longRun.debits})`
  );
}

function collectionTable({ engine, rates, cardCount, rounds }: CollectionFigures): string {
  const heads = rates.map(({ recordsOfBatch }) => `${recordsOfBatch} a batch`);
  const row = (
    name: string,
    cell: (of: CollectionFigures['rates'][number]) => string,
  ): string[] => [name, ...rates.map(cell)];
  return table(
    [`Collection, ${engine}: records/s, ${cardCount} cards, median of ${rounds}`, ...heads],
    [
      row('received, verified, posted (as the server works)', (of) => rate(of.asServer)),
      row('received, verified, posted (backlog)', (of) => rate(of.backlog)),
      row('  of the backlog: receiving', (of) => rate(of.backlogReceive)),
      row('  of the backlog: verifying and posting', (of) => rate(of.backlogVerifyAndPost)),
      row('bare SQLite, one statement a row', (of) => rate(of.bareInsertByRow)),
      row('bare SQLite, one bound value a batch', (of) => rate(of.bareInsertByBlob)),
      row('ratio to bare by row: server, backlog', (of) =>
        ratios(of.asServerToBareByRow, of.backlogToBareByRow),
      ),
      row('ratio to bare by bound value: server, backlog', (of) =>
        ratios(of.asServerToBareByBlob, of.backlogToBareByBlob),
      ),
    ],
  );
}

function targetLine(figures: CollectionFigures): string {
  const { targetPerSecond, asServerToTarget, backlogToTarget } = figures;
  return (
    `As the server works: ${figures.terminalCount} terminals upload at once, each one batch after ` +
    'the other; the verifier is called after each.\n' +
    `Target of ${rate(targetPerSecond)} records/s at 1,000 a batch: ` +
    `as the server works ${verdict(asServerToTarget)}, backlog ${verdict(backlogToTarget)}.\n` +
    `All ${rate(figures.acceptedCount)} records were accepted; the books sum to ${figures.booksTotal}.`
  );
}

function verdict(toTarget: number): string {
  const distance = `${fixed(Math.abs(toTarget - 1) * 100)} %`;
  return toTarget >= 1 ? `met (${distance} above)` : `NOT met (${distance} below)`;
}

function ratios(first: number, second: number): string {
  return `${fixed(first)}, ${fixed(second)}`;
}

function counted({ exchangeCount }: DebitExchanges): string {
  return `${exchangeCount}`;
}

function packets({ packetsByCommand }: DebitExchanges): string {
  return Object.entries(packetsByCommand)
    .map(([name, count]) => `${count} ${name}`)
    .join('\n');
}

function frames(list: DebitExchanges['frames']): string {
  return list.map(([command, response]) => `(${command},${response})`).join(' ');
}
