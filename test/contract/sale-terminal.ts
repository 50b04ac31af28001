import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { yen } from '#units';
import type { FelicaCard } from '../../card-emulator/card/open-card.ts';
import type { PurseJournal } from '../../terminal/debit/purse-journal.ts';
import { openDiskFile } from '../../terminal/journal/disk-file.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import { PurseTerminal } from '../../terminal/purse-terminal.ts';
import type { PcscBindingName } from '../../terminal/reader/pcsc-binding.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { ISSUER_ID, KEY_VERSION, NOON, testSam } from '../scheme.ts';
import { Counter } from '../terminal/counter.ts';

export const LOADED = 5_000;

export interface SaleTerminal {
  readonly terminal: PurseTerminal;
  readonly journal: Journal;
}

export interface SaleTerminalOptions {
  readonly kind: 'load' | 'pos';
  readonly terminalId: number;
  readonly reader: Reader;
  readonly folder: string;
  /** Happens between the intent on disk and the write. */
  readonly onIntent?: () => Promise<void>;
}

/** A terminal at this reader, its journal in a file of the folder. */
export async function saleTerminal(options: SaleTerminalOptions): Promise<SaleTerminal> {
  const { kind, terminalId, reader, folder, onIntent } = options;
  const sam = testSam(kind, terminalId);
  const now = (): typeof NOON => NOON;
  const file = await openDiskFile(join(folder, `${kind}-${terminalId}.log`));
  const journal = await Journal.open({ file, terminalId, sam, now });
  const disturbed: PurseJournal = {
    nextTransactionNumber: () => journal.nextTransactionNumber(),
    intentsOfSale: (saleId) => journal.intentsOfSale(saleId),
    intentOfNumber: (number) => journal.intentOfNumber(number),
    unresolvedIntentsOf: (idm) => journal.unresolvedIntentsOf(idm),
    recordHotListHit: (hit) => journal.recordHotListHit(hit),
    recordOutcome: (intent, outcome) => journal.recordOutcome(intent, outcome),
    recordRefund: (refund) => journal.recordRefund(refund),
    recordMissedRefund: (saleId) => journal.recordMissedRefund(saleId),
    refundOfId: (refundId) => journal.refundOfId(refundId),
    refundsOfSale: (saleId) => journal.refundsOfSale(saleId),
    refundedSalesOf: (idm) => journal.refundedSalesOf(idm),
    recordIntent: async (intent, roomBytes) => {
      await journal.recordIntent(intent, roomBytes);
      await onIntent?.();
    },
  };
  const limits = { issuerId: ISSUER_ID, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
  const terminal = new PurseTerminal({
    terminalId,
    reader,
    sam,
    journal: disturbed,
    limits,
    now,
  });
  return { terminal, journal };
}

/** The same card with {@link LOADED} on it. */
export async function loaded(card: FelicaCard): Promise<FelicaCard> {
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  await loader.tap(card, 'load', LOADED);
  await loader.stop();
  return card;
}

const PROGRAM_BY_BINDING: Readonly<Record<PcscBindingName, string>> = {
  'nfc-pcsc': 'pcsc-binding-process',
  smartcard: 'smartcard-process',
};

/** The child of this process that runs the binding for the reader of that name. */
export function bindingProcessId(binding: PcscBindingName, readerName: string): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const found = children
    .trim()
    .split(' ')
    .find((id) => {
      const commandLine = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      return commandLine.includes(PROGRAM_BY_BINDING[binding]) && commandLine.includes(readerName);
    });
  if (found === undefined) throw new Error(`no process of ${binding} for ${readerName}`);
  return Number(found);
}
