import assert from 'node:assert/strict';
import type { PurseRecord } from '#batch/record';
import { yen } from '#units';
import type { BatchReceipt } from '../../backend/collection/receive-batch.ts';
import { readBalances, totalOf } from '../../backend/ledger/books.ts';
import { Scenario, type TestCard, type TestTerminal } from '../backend/scenario.ts';

const LOADER_ID = 900;
const LOADED = 50_000;
const DEBITED = 10;
const CARDS_OF_BATCH = 1_000;

/** A batch that is ready to be sent, and the records in it. */
export interface ReadyBatch {
  readonly terminalId: number;
  readonly bytes: Uint8Array;
  readonly records: readonly PurseRecord[];
}

/** An issuer with cards that were loaded and merchants' terminals that debit them, all accepted. */
export class CollectionOffice {
  readonly #scenario: Scenario;
  readonly #cards: readonly TestCard[];
  readonly #terminals: readonly TestTerminal[];
  /** Records handed out in batches, which must all be accepted in the end. */
  #recordCount = 0;
  #nextCard = 0;

  private constructor(
    scenario: Scenario,
    cards: readonly TestCard[],
    terminals: readonly TestTerminal[],
  ) {
    this.#scenario = scenario;
    this.#cards = cards;
    this.#terminals = terminals;
  }

  static async open(
    cardCount: number,
    terminalCount: number,
    databaseAddress: string | undefined,
  ): Promise<CollectionOffice> {
    const scenario = await Scenario.open({ databaseAddress });
    const cards: TestCard[] = [];
    for (let number = 1; number <= cardCount; number += 1) {
      const card = await scenario.card(number);
      // Every yen on these cards was loaded where the issuer knows of it.
      card.balance = yen(0);
      cards.push(card);
    }
    const terminals: TestTerminal[] = [];
    for (let id = 1; id <= terminalCount; id += 1) terminals.push(await scenario.terminal(id));
    const office = new CollectionOffice(scenario, cards, terminals);
    await office.#loadCards();
    return office;
  }

  /** Debits of all cards in turn, in batches of the terminals in turn. */
  prepare(batchCount: number, recordsOfBatch: number): readonly ReadyBatch[] {
    return Array.from({ length: batchCount }, (_, index) => {
      const terminal = this.#terminals[index % this.#terminals.length];
      assert(terminal !== undefined, 'there is a terminal');
      const records: PurseRecord[] = [];
      for (let count = 0; count < recordsOfBatch; count += 1) {
        records.push(terminal.write(this.#card(), DEBITED));
      }
      this.#recordCount += recordsOfBatch;
      const { terminalId } = terminal;
      return { terminalId, records, bytes: terminal.close() };
    });
  }

  /**
   * As the server works: each terminal uploads one batch after the other, all terminals at once, and
   * after each stored batch the verifier is called. Resolves with the ms until all is posted.
   */
  async collectAsServer(batches: readonly ReadyBatch[]): Promise<number> {
    const { verifier } = this.#scenario.backend;
    const start = performance.now();
    const verifications: Promise<unknown>[] = [];
    const uploads = this.#terminals.map(async ({ terminalId }) => {
      for (const batch of batches.filter((ready) => ready.terminalId === terminalId)) {
        await this.#receive(batch);
        verifications.push(verifier.verifyPending());
      }
    });
    await Promise.all(uploads);
    await Promise.all(verifications);
    return performance.now() - start;
  }

  /** Everything is received first and then posted, as after an outage. Both times in ms. */
  async collectBacklog(
    batches: readonly ReadyBatch[],
  ): Promise<{ readonly receiveMs: number; readonly postMs: number }> {
    const start = performance.now();
    for (const batch of batches) await this.#receive(batch);
    const received = performance.now();
    await this.#scenario.backend.verifier.verifyPending();
    return { receiveMs: received - start, postMs: performance.now() - received };
  }

  /** Throws unless every record was accepted, every card's balance is known and the books are even. */
  async prove(): Promise<{ readonly acceptedCount: number; readonly booksTotal: number }> {
    const scenario = this.#scenario;
    const acceptedCount = await scenario.count('SELECT count(*) FROM record WHERE is_held = 0');
    assert.equal(acceptedCount, this.#recordCount, 'every record was accepted');
    assert.deepEqual(await scenario.findings(), [], 'nothing was held or refused');
    assert.equal(await scenario.count('SELECT count(*) FROM unverified_batch'), 0, 'no queue');
    const onCards = this.#cards.reduce((sum, { balance }) => sum + balance, 0);
    const shadows = await scenario.count('SELECT sum(balance_yen) FROM card_shadow');
    assert.equal(shadows, onCards, 'the shadows are what lies on the cards');
    const booksTotal = totalOf(await readBalances(scenario.backend.database));
    assert.equal(booksTotal, 0, 'the books sum to zero');
    return { acceptedCount, booksTotal };
  }

  remove(): Promise<void> {
    return this.#scenario.remove();
  }

  async #loadCards(): Promise<void> {
    const loader = await this.#scenario.terminal(LOADER_ID, 'load', { amountMax: LOADED });
    for (let from = 0; from < this.#cards.length; from += CARDS_OF_BATCH) {
      const cards = this.#cards.slice(from, from + CARDS_OF_BATCH);
      for (const card of cards) loader.write(card, LOADED);
      this.#recordCount += cards.length;
      requireStored(await this.#scenario.upload(loader, loader.close()));
    }
  }

  async #receive({ terminalId, bytes }: ReadyBatch): Promise<void> {
    requireStored(await this.#scenario.backend.receiver.receiveBatch(terminalId, bytes));
  }

  /** In an order that is not that of the IDm, as customers come. */
  #card(): TestCard {
    const step = 7_919;
    this.#nextCard = (this.#nextCard + step) % this.#cards.length;
    const card = this.#cards[this.#nextCard];
    assert(card !== undefined, 'there is a card');
    return card;
  }
}

function requireStored(receipt: BatchReceipt): void {
  assert(receipt.result === 'stored', `expected a stored batch, got ${JSON.stringify(receipt)}`);
}
