import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { yen } from '#units';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { type CardFault, cardInHand } from '../../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { UplinkError } from '../../../terminal/batch/upload-batch.ts';
import type { PendingLoadSource } from '../../../terminal/debit/pending-load.ts';
import { balanceOf } from '../../terminal/counter.ts';
import { KIOSK_MERCHANT, NOW, type Place, RefundScene } from './refund-scene.ts';

const RUNS = 12;
const CASH = 5_000;
const TIMEOUT = { timeout: 300_000 };

/** What happens to the card in the middle of a touch. */
const fault: fc.Arbitrary<readonly CardFault[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  fc.constantFrom<readonly CardFault[]>(
    [{ commandCode: CommandCode.writeV2, moment: 'before-commit' }],
    [{ commandCode: CommandCode.writeV2, moment: 'after-commit' }],
    [{ commandCode: CommandCode.writeV2, effect: 'response-lost' }],
    [{ command: 4, moment: 'after-commit' }],
    [{ command: 6, moment: 'before-commit' }],
    [{ command: 8, moment: 'before-commit' }],
  ),
);

const touch = { card: fc.nat(1), place: fc.nat(1), fault };
const sale = fc.nat(3);
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ ...touch, does: fc.constant('pay'), sale, yen: fc.nat(90) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ ...touch, does: fc.constant('refund'), sale, yen: fc.nat(60) }),
  },
  { weight: 1, arbitrary: fc.record({ ...touch, does: fc.constant('void'), sale }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...touch,
      does: fc.constant('load-pending'),
      answer: fc.constantFrom('given', 'given', 'lost', 'unasked'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...touch, does: fc.constant('read') }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('collect'), place: fc.nat(3) }) },
);

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

/** Two shops, two kiosks and two cards, and what was promised there. */
class Storm {
  readonly scene: RefundScene;
  readonly #cards: readonly FelicaCard[];
  readonly #shops: readonly Place[];
  readonly #kiosks: readonly Place[];
  #refundCount = 0;
  /** Of sales that were paid, for their cards. */
  promised = 0;

  constructor(scene: RefundScene, cards: readonly FelicaCard[]) {
    this.scene = scene;
    this.#cards = cards;
    this.#shops = scene.places.slice(0, 2);
    this.#kiosks = scene.places.slice(2);
  }

  static async open(): Promise<Storm> {
    const scene = await RefundScene.open();
    const cards = [await scene.card(1), await scene.card(2)];
    await scene.place('pos-void', 42);
    await scene.place('pos', 43);
    const kiosk = await scene.place('load', 9, KIOSK_MERCHANT);
    await scene.place('load', 10, KIOSK_MERCHANT);
    for (const card of cards) await kiosk.counter.tap(card, `cash ${card.idm}`, CASH);
    return new Storm(scene, cards);
  }

  async do(one: Action): Promise<void> {
    if (one.does === 'collect') {
      const place = this.scene.places[one.place];
      if (place !== undefined) await this.scene.collect(place);
      return;
    }
    const card = this.#cards[one.card];
    const shop = this.#shops[one.place];
    const kiosk = this.#kiosks[one.place];
    if (card === undefined || shop === undefined || kiosk === undefined) throw new Error('nobody');
    const link = cardInHand(card, one.fault);
    if (one.does === 'load-pending' && 'answer' in one) {
      const source = sourceOf(this.scene.source(kiosk), one.answer);
      await this.scene.loadPending(kiosk, link, source).catch(lostOnly);
      return;
    }
    shop.counter.reader.present(link);
    await this.#atShop(shop, one);
    shop.counter.reader.remove();
  }

  async #atShop({ counter }: Place, one: Action): Promise<void> {
    const { terminal } = counter;
    const saleId = 'sale' in one ? `sale ${one.sale}` : '';
    if (one.does === 'pay' && 'yen' in one) {
      // The amount belongs to the sale's number: another one under it would be refused.
      const amount = yen(100 + 10 * one.sale);
      await terminal.tap({ saleId, kind: 'debit', amount }, NOW);
    } else if (one.does === 'refund' && 'yen' in one) {
      this.#refundCount += 1;
      const refundId = `refund ${this.#refundCount}`;
      const amount = yen(one.yen + 1);
      const refunded = await terminal.refund({ refundId, saleId, amount }, NOW);
      if (refunded.outcome !== 'not-registered') this.promised += amount;
    } else if (one.does === 'void') await terminal.void(saleId, NOW);
    else await terminal.readCard(NOW);
  }

  /** Every card comes back everywhere, pays once more, and everybody reports. */
  async calm(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      for (const [index, card] of this.#cards.entries()) {
        for (const shop of this.#shops) {
          shop.counter.reader.present(card);
          await shop.counter.terminal.readCard(NOW);
          shop.counter.reader.remove();
          await shop.counter.tap(card, `calm ${round} ${index}`, 1);
        }
        for (const kiosk of this.#kiosks) await this.scene.loadPending(kiosk, card);
      }
      await this.scene.collectAll();
    }
  }

  get balances(): number {
    return this.#cards.reduce((sum, card) => sum + (balanceOf(card) ?? 0), 0);
  }
}

/** The issuer's answer gets lost, or the question does. */
function sourceOf(source: PendingLoadSource, answer: string): PendingLoadSource {
  return {
    ask: async (card) => {
      const lost = new UplinkError('UPLINK_UNREACHABLE', 'lost');
      if (answer === 'unasked') throw lost;
      const given = await source.ask(card);
      if (answer === 'lost') throw lost;
      return given;
    },
  };
}

function lostOnly(error: unknown): void {
  if (!(error instanceof UplinkError)) throw error;
}

describe('sales, refunds, cashbacks, claims and pending loads in any order', () => {
  it('give every promised yen back once, and leave cards and books agreed', TIMEOUT, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
        const storm = await Storm.open();
        const { scene } = storm;
        try {
          for (const one of actions) await storm.do(one);
          await storm.calm();
          const { scenario } = scene;
          const voids = await scenario.count(`
            SELECT coalesce(sum(record.amount_yen), 0) FROM record
            LEFT JOIN resolution ON record_id = record.id
            WHERE record.kind = 3 AND (is_held = 0 OR outcome = 'released')`);
          const claimed = await scenario.count(
            'SELECT coalesce(sum(amount_yen), 0) FROM pending_load',
          );
          const closed = await closeWindow(scenario.backend.settlement);
          const findings = await scenario.findings();
          expect(findings.filter((one) => /^(?:fraud|refused)/.test(one))).toEqual([]);
          expect(closed).toMatchObject({
            result: 'closed',
            figures: { cardShadow: storm.balances, suspense: 0, pendingLoads: 0 },
          });
          expect(voids + claimed).toBeGreaterThanOrEqual(storm.promised);
          expect(await scenario.count('SELECT count(*) FROM refund_claim_refusal')).toBe(0);
          expect(await scenario.count('SELECT count(*) FROM open_refund_claim')).toBe(0);
        } finally {
          await scene.close();
        }
      }),
      { numRuns: RUNS },
    );
  });
});
