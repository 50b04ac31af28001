// Writes intents as fast as it can, and says each number when its promise has resolved. It is killed.
import { openDiskFile } from '../../../dist/terminal/journal/disk-file.js';
import { Journal } from '../../../dist/terminal/journal/journal.js';

const journal = await Journal.open({
  file: await openDiskFile(process.argv[2]),
  terminalId: 42,
  sam: { samId: 42 },
  now: () => Date.now(),
});
for (;;) {
  const number = await journal.nextTransactionNumber();
  await journal.recordIntent({
    saleId: `sale ${number}`,
    kind: 'debit',
    idm: Uint8Array.of(2, 254, 0, 0, 0, 0, 0, 1),
    keyVersion: 1,
    terminalTransactionNumber: number,
    amount: 100,
    balanceBefore: 1_000,
    balanceAfter: 900,
    cardCounter: 2,
    executionId: Uint8Array.of(0, 2, 0, 1),
    purseBlock: new Uint8Array(16),
    historyBlock: new Uint8Array(16),
    time: Date.now(),
  });
  process.stdout.write(`${number}\n`);
}
