import { BenchCounter, benchCard, loadFully } from './bench-counter.ts';

/** The program that commit-count.ts runs under strace: so many debits with the journal on disk. */
const debitCount = Number(process.argv[2]);
const card = benchCard(1);
await loadFully(card);
const counter = await BenchCounter.open({ kind: 'pos', journal: 'disk' });
for (let count = 0; count < debitCount; count += 1) await counter.tap(card);
await counter.close();
