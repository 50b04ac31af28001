import { createServer } from 'node:net';
import { join } from 'node:path';
import { formatYen, type Yen, yen } from '#units';
import { createTerminalFolder } from '../config.ts';
import { cardNameOf, describeOutcome } from '../point-of-sale/outcome-text.ts';
import { receiptText } from '../point-of-sale/receipt.ts';
import type { PurseTerminal, SaleOutcome } from '../purse-terminal.ts';
import { readKeyFile } from '../sam/sam-secret.ts';
import { TerminalProgram, wallClock } from '../terminal-program.ts';
import type { CardPlace } from './card-place.ts';
import { type Enrolment, HeadOffice } from './head-office.ts';
import { type Proof, proofOf, proofText } from './proof.ts';

export interface StoryOptions {
  /** An empty folder that everything is written to. */
  readonly folder: string;
  readonly openCardPlace: (imagePath: string) => Promise<CardPlace>;
  readonly print: (line: string) => void;
}

const ISSUER_ID = 81;
const SHOP = { merchantId: 1001, name: 'Kissa Hikari', terminalId: 42, kind: 'pos' } as const;
const KIOSK = { merchantId: 1002, name: 'Station Kiosk', terminalId: 9, kind: 'load' } as const;
const WINDOW = 1;
const LOADED = yen(5_000);
const COFFEE = yen(350);
const LUNCH = yen(1_200);
const CLOCK = yen(4_000);

/** The outcome of a step was not the one the story is about. Its message says which. */
export class StoryError extends Error {
  readonly code = 'STORY_BROKEN';
}

interface Stage {
  readonly office: HeadOffice;
  readonly shop: TerminalProgram;
  readonly kiosk: TerminalProgram;
  readonly place: CardPlace;
  readonly print: (line: string) => void;
  readonly port: number;
}

/** Issue, load, three sales without a network, upload, settlement, and the proof. */
export async function tellStory(options: StoryOptions): Promise<Proof> {
  const { folder, print } = options;
  const office = new HeadOffice(join(folder, 'issuer-and-carrier'));
  const port = await freePort();
  heading(print, 1, 'Issuer and carrier are founded, a card is issued');
  await office.found(ISSUER_ID);
  const shop = await enrolledTerminal(office, SHOP, { folder, port });
  const kiosk = await enrolledTerminal(office, KIOSK, { folder, port });
  const imagePath = join(folder, 'card.json');
  const idm = await office.issueCard(imagePath);
  print(`   Two merchants, two terminals, one card: IDm ${idm}`);
  const place = await options.openCardPlace(imagePath);
  print(`   Card reader: ${place.reader.name}`);
  const stage: Stage = { office, shop, kiosk, place, print, port };
  try {
    await loadCard(stage);
    await sellOffline(stage);
    await collect(stage);
    return await settleAndProve(stage);
  } finally {
    await place.close();
    await shop.close();
    await kiosk.close();
  }
}

async function enrolledTerminal(
  office: HeadOffice,
  party: Omit<Enrolment, 'folder' | 'keyFile'> & { readonly name: string },
  at: { readonly folder: string; readonly port: number },
): Promise<TerminalProgram> {
  const { merchantId, name, terminalId } = party;
  await office.addMerchant(merchantId, name);
  const folder = createTerminalFolder(join(at.folder, `terminal-${terminalId}`), {
    terminalId,
    merchantId,
    merchantName: name,
    issuerUrl: `http://127.0.0.1:${at.port}`,
    amountMax: 30_000,
  });
  const keyFile = join(at.folder, `sam-${terminalId}.key`);
  await office.enrol({ ...party, folder, keyFile });
  return TerminalProgram.open(folder, wallClock, () => Promise.resolve(readKeyFile(keyFile)));
}

async function loadCard(stage: Stage): Promise<void> {
  heading(stage.print, 2, `The card is loaded at ${KIOSK.name} for cash`);
  const kiosk = stage.kiosk.at(stage.place.reader);
  const outcome = await tapOnce(stage, kiosk, { saleId: 'load-1', kind: 'load', amount: LOADED });
  expectOutcome(outcome, 'approved');
}

async function sellOffline(stage: Stage): Promise<void> {
  const { print, shop, place } = stage;
  heading(print, 3, `${SHOP.name} sells without a network`);
  const terminal = shop.at(place.reader);
  const coffee = { saleId: 'sale-1', kind: 'debit', amount: COFFEE } as const;
  expectOutcome(await tapOnce(stage, terminal, coffee), 'approved');
  print('   The customer pulls the card away at the write:');
  const lunch = { saleId: 'sale-2', kind: 'debit', amount: LUNCH } as const;
  const torn = await tapOnce(stage, terminal, lunch, true);
  if (torn.outcome === 'unresolved') {
    print('   The same card is touched again; nobody knows yet whether it had paid:');
    const resolved = await tapOnce(stage, terminal, lunch);
    expectOutcome(resolved, 'approved');
    printReceipt(stage, resolved);
  } else {
    expectOutcome(torn, 'approved');
    print('   The card was quicker than the hand: this sale was not torn.');
  }
  const clock = { saleId: 'sale-3', kind: 'debit', amount: CLOCK } as const;
  expectOutcome(await tapOnce(stage, terminal, clock), 'refused');
}

async function tapOnce(
  { place, print }: Stage,
  terminal: PurseTerminal,
  request: Parameters<PurseTerminal['tap']>[0],
  torn = false,
): Promise<SaleOutcome> {
  await place.touch(torn);
  const outcome = await terminal.tap(request, place.waitMs);
  await place.leave();
  const what = request.kind === 'load' ? 'load' : 'sale';
  print(`   ${what} of ${formatYen(request.amount)}: ${describeOutcome(outcome)}`);
  return outcome;
}

function printReceipt({ print, shop }: Stage, outcome: SaleOutcome): void {
  if (outcome.outcome !== 'approved') return;
  const { intent, resolution } = outcome;
  const { terminalId, merchantName } = shop.config;
  const cardName = cardNameOf(intent);
  const receipt = receiptText({ ...intent, terminalId, merchantName, cardName, resolution });
  print('');
  for (const line of receipt.split('\n')) print(`      ${line}`);
  print('');
}

async function collect(stage: Stage): Promise<void> {
  const { print, office, port } = stage;
  heading(print, 4, 'Both terminals close their batches; the network is still down');
  for (const terminal of [stage.kiosk, stage.shop]) {
    const { terminalId } = terminal.config;
    for (const { number, bytes } of await terminal.closeBatches()) {
      print(`   terminal ${terminalId}: batch ${number} closed and signed, ${bytes.length} bytes`);
    }
    const [result] = await terminal.upload();
    if (result?.result !== 'unreachable') throw new StoryError('upload: the issuer was not down');
    print(`   terminal ${terminalId}: the issuer cannot be reached; the batch is kept`);
  }
  heading(print, 5, 'The network is back: the batches go up');
  const server = await office.open(port);
  try {
    for (const terminal of [stage.kiosk, stage.shop]) {
      for (const result of await terminal.upload()) {
        if (result.result !== 'acknowledged') throw new StoryError(`upload: ${result.result}`);
        const { terminalId } = terminal.config;
        print(`   terminal ${terminalId}: batch ${result.batchNumber} acknowledged by the issuer`);
      }
    }
  } finally {
    await server.stop();
  }
}

async function settleAndProve(stage: Stage): Promise<Proof> {
  const { office, print, place } = stage;
  heading(print, 6, 'Every record is verified, the window is closed, signed and settled');
  await office.closeWindow();
  print('   The books add up. Issuer and carrier sign what the window means for each:');
  await office.sign(WINDOW);
  const settlement = await office.settle(WINDOW);
  for (const merchantId of [SHOP.merchantId, KIOSK.merchantId, undefined]) {
    const statement = await office.statement(WINDOW, merchantId);
    for (const line of statement.trimEnd().split('\n')) print(`   ${line}`);
    print('');
  }
  heading(print, 7, 'Where every yen is');
  await place.touch(false);
  const read = await stage.shop.at(place.reader).readCard(place.waitMs);
  await place.leave();
  if (read.outcome !== 'read') throw new StoryError('the card could not be read at the end');
  const proof = proofOf({
    cashTaken: LOADED,
    onCard: read.reading.snapshot.purse.balance,
    shopPaid: paidTo(settlement.payments.get(SHOP.merchantId)),
    kioskCollected: paidTo(settlement.payments.get(KIOSK.merchantId), -1),
    commission: settlement.commission,
    books: await office.books(),
  });
  for (const line of proofText(proof)) print(`   ${line}`);
  return proof;
}

function paidTo(amount: number | undefined, sign: 1 | -1 = 1): Yen {
  return yen(sign * (amount ?? 0));
}

function expectOutcome(outcome: SaleOutcome, expected: SaleOutcome['outcome']): void {
  if (outcome.outcome === expected) return;
  throw new StoryError(`expected ${expected}: ${describeOutcome(outcome)}`);
}

function heading(print: (line: string) => void, number: number, text: string): void {
  if (number > 1) print('');
  print(`${number}. ${text}`);
}

/** A port that is free now: the terminals are told the address before the server is up. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new StoryError('no free port');
  return address.port;
}
