import type { Mutation } from './mutation.ts';

const DEBIT = 'terminal/debit/debit.js';
const STORE = 'terminal/journal/journal-store.js';
const INDEX = 'terminal/journal/journal-index.js';

/** Mistakes about money that somebody could make. The simulation must find each of them. */
export const MUTATIONS: readonly Mutation[] = [
  {
    mistake: 'the card is written without an intent on disk',
    edits: [
      { file: DEBIT, from: '    await journal.recordIntent(intent, risk?.roomBytes);\n', to: '' },
    ],
  },
  {
    mistake: 'the execution ID that the card holds is used again',
    edits: [
      {
        file: 'terminal/debit/purse-intent.js',
        from: 'const executionId = executionIdOf(cardCounter, context.executionTag);',
        to: 'const { executionId } = purse;',
      },
    ],
  },
  {
    mistake: 'what the log says of the write is not looked at',
    episode: { seed: 4, number: 8 },
    edits: [
      {
        file: 'terminal/debit/evidence.js',
        from: 'const isOurs = isSameEntry(entry, intent);',
        to: 'const isOurs = true;',
      },
    ],
  },
  {
    mistake: 'silence is taken for success',
    edits: [
      {
        file: DEBIT,
        from: "if (written.result === 'lost')\n        return { outcome: 'unresolved', intent };",
        to: '',
      },
    ],
  },
  {
    mistake: 'silence is taken for failure',
    edits: [
      {
        file: DEBIT,
        from: "if (written.result === 'lost')\n        return { outcome: 'unresolved', intent };",
        to: "if (written.result === 'lost')\n        Object.assign(written, { result: 'refused', detail: '' });",
      },
    ],
  },
  {
    mistake: 'a half-done sale is begun anew',
    edits: [
      {
        file: 'terminal/debit/known-sale.js',
        from: 'pending ??= intent;',
        to: 'pending = undefined;',
      },
      {
        file: INDEX,
        from: 'return inOrder(open.filter((intent) => sameBytes(intent.idm, idm)));',
        to: 'return [];',
      },
    ],
  },
  {
    mistake: 'an approved sale that is asked for again is taken again',
    edits: [
      { file: DEBIT, from: 'if (done !== undefined)', to: 'if (false)' },
      { file: 'terminal/purse-terminal.js', from: 'if (done !== undefined)', to: 'if (false)' },
    ],
  },
  {
    mistake: 'a half-done write is sent again without a look at the card',
    edits: [{ file: DEBIT, from: 'mayRepeat && isUntouched(intent, card.purse)', to: 'mayRepeat' }],
  },
  {
    mistake: 'an entry is called durable before it is',
    edits: [
      {
        file: STORE,
        from: 'await this.#file.append(bytes);',
        to: 'await this.#file.append(bytes).catch(() => undefined);',
      },
    ],
  },
  {
    mistake: 'half an entry at the end of the journal is left there',
    edits: [{ file: STORE, from: 'if (isJournal)\n', to: 'if (false)\n' }],
  },
  {
    mistake: 'what a failed write left is not taken back',
    edits: [{ file: STORE, from: 'await this.#takeBack(offset);', to: '' }],
  },
  {
    mistake: 'SAM numbers begin again with each start',
    edits: [
      {
        file: 'terminal/journal/journal.js',
        from: 'const samNumber = this.#store.index.lastSamNumber + 1;',
        to: 'const samNumber = this.#store.index.openRecords.length + 1;',
      },
    ],
  },
  {
    mistake: 'a batch is forgotten though nobody answered',
    edits: [
      {
        file: 'terminal/batch/upload-batch.js',
        from: "return { result: 'unreachable', batchNumber: batch.number, message: error.message };",
        to:
          'await options.journal.recordAcknowledgement(batch.number, new Uint8Array(0));\n' +
          "        return { result: 'unreachable', batchNumber: batch.number, message: '' };",
      },
    ],
  },
  {
    mistake: 'the first record of a batch is left out',
    edits: [
      {
        file: 'terminal/journal/journal.js',
        from: 'this.#store.index.openRecords.slice(0, recordsMax)',
        to: 'this.#store.index.openRecords.slice(1, recordsMax)',
      },
    ],
  },
  {
    mistake: 'the issuer forgets that voids are owed',
    edits: [
      {
        file: 'backend/collection/post-batches.js',
        from: 'voidTransfer(cause, outcome.voids),',
        to: '',
      },
    ],
  },
  {
    mistake: 'the issuer refuses what was only found at a later touch',
    edits: [
      {
        file: 'backend/collection/verify-record.js',
        from: '(record) => record.amount === 0',
        to: "(record) => record.resolution === 'at-re-tap'",
      },
    ],
  },
  {
    mistake: 'the issuer pays interrupted taps that no card has proven',
    episode: { seed: 7, number: 43 },
    edits: [
      {
        file: 'backend/collection/resolvable-record.js',
        from: "AND reported.is_held = 1) THEN 'superseded'",
        to: "AND reported.is_held = 1) THEN 'superseded' WHEN 1 THEN 'released'",
      },
    ],
  },
  {
    mistake: 'an interrupted tap that was paid is paid again when its terminal finds out',
    episode: { seed: 7, number: 36 },
    edits: [
      {
        file: 'backend/collection/earlier-report.js',
        from: "AND resolution.outcome = 'released'",
        to: 'AND 0',
      },
    ],
  },
  {
    mistake: 'of a sale more is asked back than was paid',
    episode: { seed: 7, number: 6 },
    edits: [
      {
        file: 'terminal/debit/refund.js',
        from: 'const left = refundableOf(refunded);',
        to: 'const left = refunded.sale.amount;',
      },
    ],
  },
  {
    mistake: 'held debits are left in what the issuer owes to cards',
    edits: [
      {
        file: 'backend/ledger/issuer-transfer.js',
        from: 'debit(CARD_LIABILITY, held.debits),\n        credit(SUSPENSE, sumYen([held.loads, held.debits, held.voids])),',
        to: 'credit(SUSPENSE, sumYen([held.loads, held.voids])),',
      },
    ],
  },
  {
    mistake: 'a refund is claimed at the issuer with every batch',
    edits: [
      {
        file: 'terminal/journal/journal-refund.js',
        from: 'this.#claimed.set(saleId, addYen(this.#claimed.get(saleId) ?? yen(0), amount));',
        to: 'addYen(this.#claimed.get(saleId) ?? yen(0), amount);',
      },
    ],
  },
  {
    mistake: 'what was claimed for a card is not in the books',
    edits: [
      {
        file: 'backend/collection/pending-load.js',
        from: 'await postTransfers(transaction, [refundTransfer(cause, amount)], time);',
        to: 'refundTransfer(cause, amount);',
      },
    ],
  },
  {
    mistake: 'what the issuer had begun stays in its books when the power goes',
    edits: [
      {
        file: 'backend/database/sqlite-connection.js',
        from: "run('ROLLBACK')",
        to: "run('COMMIT')",
      },
    ],
  },
];
