import { type EpochMs, epochMs, yen } from '#units';
import { cardInHand, type HeldCard } from '../../card-emulator/card/card-fault.ts';
import { voidIdOf } from '../../terminal/debit/known-sale.ts';
import type { RefundNotice } from '../../terminal/debit/refund.ts';
import type { ToldOutcome } from './auditor/evidence.ts';
import { type EpisodeTally, emptyTally } from './episode-tally.ts';
import type { Odds } from './odds.ts';
import { type SimulatedCard, watched } from './simulated-card.ts';
import { Crash } from './simulated-disk.ts';
import type { SimulatedIssuer } from './simulated-issuer.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { ShopOutcome, SimulatedShop } from './simulated-shop.ts';
import { drawTouchFault, type TouchFault } from './touch-fault.ts';

export interface CounterOptions {
  readonly odds: Odds;
  readonly clock: { now: EpochMs };
  readonly issuer: SimulatedIssuer;
  readonly network: SimulatedNetwork;
  readonly shops: readonly SimulatedShop[];
  readonly cards: readonly SimulatedCard[];
  /** Everything that somebody at a counter is told goes here. */
  readonly told: ToldOutcome[];
  readonly tell: (text: string) => void;
  /** Whether this is a world where people ask sales back that cannot be voided any more. */
  readonly hasRefunds: boolean;
}

/** A sale that somebody may ask for again. */
interface OpenSale {
  readonly shop: SimulatedShop;
  readonly saleId: string;
  readonly amount: number;
  readonly card: SimulatedCard;
  /** The customer wants the money back. */
  readonly isVoid: boolean;
}

const MINUTE_MS = 60_000;
const STEP_MINUTES_MOST = 20;
const CLOCK_JUMP_MINUTES_MOST = 600;
const TOUCHES_MOST = 4;
const REFUNDS_MOST = 3;
const ROOM_WHEN_FULL = 1_000_000;
const UPLOADS_AT_CLOSE_MOST = 200;

/** Cashiers, customers and what befalls them, in an order that the odds decide. */
export class Counter {
  readonly #options: CounterOptions;
  readonly #open: OpenSale[] = [];
  readonly #snapshots = new Map<SimulatedCard, Uint8Array>();
  #tally: EpisodeTally = emptyTally();
  #saleCount = 0;

  constructor(options: CounterOptions) {
    this.#options = options;
    // A third of all worlds have a good network, and some have nearly none.
    options.network.faultsPerMille = options.odds.pick([0, 300, 900]);
  }

  async run(taps: number): Promise<EpisodeTally> {
    const { odds } = this.#options;
    const { shops, cards } = this.#options;
    const [loadShop] = shops;
    if (loadShop === undefined) throw new RangeError('no shop');
    for (const card of cards) await this.#sell(loadShop, card, odds.between(2_000, 20_000));
    while (this.#tally.taps < taps) await this.#step();
    return this.#tally;
  }

  /** The last evening: nothing fails any more, and everything that is known goes to the issuer. */
  async closeDown(): Promise<void> {
    const { network, shops, issuer, tell } = this.#options;
    tell('closing down');
    network.faultsPerMille = 0;
    issuer.crashesPerMille = 0;
    await network.deliverDelayed();
    for (const shop of shops) {
      shop.restart();
      shop.disk.heal();
      await shop.close();
      for (let count = 0; count < UPLOADS_AT_CLOSE_MOST; count += 1) {
        const result = await shop.upload();
        if (result?.result !== 'acknowledged') break;
      }
    }
    await issuer.verify();
  }

  async #step(): Promise<void> {
    const { odds, clock, shops, cards, network, issuer } = this.#options;
    clock.now = epochMs(clock.now + odds.between(1, STEP_MINUTES_MOST) * MINUTE_MS);
    const shop = odds.pick(shops);
    const chance = odds.below(1_000);
    if (chance < 720) await this.#sell(shop, odds.pick(cards), this.#drawAmount(shop));
    else if (chance < 820) await this.#comeBack();
    else if (chance < 865) await this.#closeBatch(shop);
    else if (chance < 920) await this.#upload(shop);
    else if (chance < 935) await network.deliverDelayed();
    else if (chance < 945) await issuer.verify();
    else if (chance < 955) this.#restart(shop);
    else if (chance < 962) this.#moveClock(shop);
    else if (chance < 963) shop.disk.limitRoom(ROOM_WHEN_FULL);
    else if (chance < 995) shop.disk.heal();
    else this.#keepSnapshot(odds.pick(cards));
  }

  #drawAmount(shop: SimulatedShop): number {
    const { odds } = this.#options;
    if (shop.kind === 'load') return odds.between(1, 10) * 1_000;
    return odds.perMille(20) ? odds.between(10_000, 40_000) : odds.between(1, 900);
  }

  /** One customer at one counter: touches until it is done or somebody gives up. */
  async #sell(shop: SimulatedShop, card: SimulatedCard, amount: number): Promise<void> {
    this.#saleCount += 1;
    const saleId = `sale ${this.#saleCount}`;
    const sale = { shop, saleId, amount, card, isVoid: false };
    await this.#touchUntilDone(sale);
    const { odds } = this.#options;
    if (shop.kind !== 'load' && odds.perMille(80)) {
      await this.#touchUntilDone({ ...sale, isVoid: true });
    }
    if (this.#options.hasRefunds && shop.kind !== 'load' && odds.perMille(250)) {
      await this.#askBack(sale);
    }
  }

  /** Somebody returns with a sale that was left open: perhaps with its card. */
  async #comeBack(): Promise<void> {
    const { odds, cards } = this.#options;
    if (this.#open.length === 0) return;
    const [sale] = this.#open.splice(odds.below(this.#open.length), 1);
    if (sale === undefined) return;
    const card = odds.perMille(850) ? sale.card : odds.pick(cards);
    await this.#touchUntilDone({ ...sale, card });
  }

  async #touchUntilDone(sale: OpenSale): Promise<void> {
    const { odds, cards } = this.#options;
    for (let touch = 1; touch <= TOUCHES_MOST; touch += 1) {
      // Now and then the customer holds another card to it by mistake.
      const card = touch > 1 && odds.perMille(80) ? odds.pick(cards) : sale.card;
      const outcome = await this.#touch({ ...sale, card });
      const isOver = outcome === 'approved' || outcome === 'refused';
      // A cashier who is not sure asks again: an approved sale is answered and not taken twice.
      if (isOver && !odds.perMille(60)) return;
      if (!isOver && odds.perMille(200)) break;
    }
    this.#open.push(sale);
  }

  async #touch({ shop, saleId, amount, card, isVoid }: OpenSale): Promise<ShopOutcome['outcome']> {
    const { odds, told, tell } = this.#options;
    const fault = odds.perMille(350) ? this.#drawFault(card) : undefined;
    if (fault !== undefined) this.#count({ faults: 1 });
    const held = cardInHand(card.card, fault?.at === 'card' ? [fault.fault] : []);
    if (fault?.at === 'disk') shop.disk.failNext(fault.fault, fault.writesBefore);
    const look = this.#lookFor(card, fault, held);
    const link = watched(held, (exchange, moment) => {
      look();
      const isEnd = fault?.at === 'program' && fault.exchange === exchange;
      if (isEnd && fault.moment === moment) throw new Crash();
    });
    const result = isVoid
      ? await shop.void(saleId, link)
      : await shop.tap(saleId, yen(amount), link);
    const { outcome } = result;
    look();
    if ('refunds' in result) this.#noteGiven(shop, result.refunds);
    this.#count({ taps: 1, outcome });
    tell(
      `terminal ${shop.terminalId}, ${card.name}: ${isVoid ? 'void of ' : ''}${saleId} of ${amount} yen` +
        `${fault === undefined ? '' : `, ${describeFault(fault)}`}: ${outcome}`,
    );
    const { terminalId } = shop;
    told.push({
      terminalId,
      saleId: isVoid ? voidIdOf(saleId) : saleId,
      kind: wordFor(shop, isVoid),
      amountYen: amount,
      outcome: outcome === 'failed' ? 'crashed' : outcome,
    });
    return outcome;
  }

  /** The customer wants something back, once or in parts, and may have gone with the card. */
  async #askBack({ shop, saleId, amount, card }: OpenSale): Promise<void> {
    const { odds, tell } = this.#options;
    const asks = odds.between(1, REFUNDS_MOST);
    for (let ask = 1; ask <= asks; ask += 1) {
      const refundId = `${saleId}, part ${odds.between(1, ask)}`;
      const part = odds.perMille(400) ? undefined : yen(odds.between(1, amount));
      const isHere = odds.perMille(400);
      const fault = isHere && odds.perMille(350) ? this.#drawFault(card) : undefined;
      const held = cardInHand(card.card, fault?.at === 'card' ? [fault.fault] : []);
      if (fault?.at === 'disk') shop.disk.failNext(fault.fault, fault.writesBefore);
      const look = this.#lookFor(card, fault, held);
      const link = watched(held, look);
      const request = { refundId, saleId, amount: part };
      const outcome = await shop.refund(request, isHere ? link : undefined);
      look();
      tell(
        `terminal ${shop.terminalId}: refund of ${saleId}, ${part ?? 'all'}: ${outcome.outcome}`,
      );
      if ('refunds' in outcome) this.#noteGiven(shop, outcome.refunds);
    }
  }

  #noteGiven({ terminalId }: SimulatedShop, notices: readonly RefundNotice[] = []): void {
    for (const { result, saleId, amount } of notices) {
      if (result !== 'given') continue;
      this.#options.tell(`terminal ${terminalId}: ${amount} yen of ${saleId} given back`);
      this.#options.told.push({
        terminalId,
        saleId: voidIdOf(saleId),
        kind: 'void',
        amountYen: amount,
        outcome: 'approved',
      });
    }
  }

  /** Looks at all cards: one that was swapped in can have changed as well. */
  #lookFor(card: SimulatedCard, fault: TouchFault | undefined, held: HeldCard): () => void {
    let isRestoreExpected = fault?.at === 'card' && fault.name === 'restored';
    return () => {
      if (isRestoreExpected && held.faultsPending === 0) {
        card.expectRestore();
        isRestoreExpected = false;
      }
      for (const any of this.#options.cards) any.look();
    };
  }

  #drawFault(card: SimulatedCard): TouchFault {
    const { odds, cards } = this.#options;
    const other = odds.pick(cards);
    return drawTouchFault({ odds, card, other, snapshot: this.#snapshots.get(card) });
  }

  async #closeBatch(shop: SimulatedShop): Promise<void> {
    const { odds, tell } = this.#options;
    const crashes = odds.perMille(200);
    if (crashes) shop.disk.failNext({ fault: 'crash', bytesWritten: odds.below(3_000) });
    tell(`terminal ${shop.terminalId}: close${crashes ? ', power cut' : ''}`);
    await shop.close();
  }

  async #upload(shop: SimulatedShop): Promise<void> {
    const { odds, tell } = this.#options;
    if (odds.perMille(150)) shop.disk.failNext({ fault: 'crash', bytesWritten: odds.below(500) });
    const result = await shop.upload();
    if (result?.result === 'acknowledged') this.#count({ batchesStored: 1 });
    tell(`terminal ${shop.terminalId}: upload: ${result?.result ?? 'crashed'}`);
  }

  #restart(shop: SimulatedShop): void {
    this.#options.tell(`terminal ${shop.terminalId}: power cut`);
    this.#count({ restarts: 1 });
    shop.restart();
  }

  #moveClock(shop: SimulatedShop): void {
    const { odds, tell } = this.#options;
    const minutes = odds.between(-CLOCK_JUMP_MINUTES_MOST, CLOCK_JUMP_MINUTES_MOST);
    shop.clockLeadMs = minutes * MINUTE_MS;
    tell(`terminal ${shop.terminalId}: its clock is ${minutes} minutes ahead now`);
  }

  #keepSnapshot(card: SimulatedCard): void {
    this.#options.tell(`${card.name}: somebody copies what is on its chip`);
    this.#snapshots.set(card, card.card.snapshot());
  }

  #count(change: {
    readonly taps?: number;
    readonly outcome?: ShopOutcome['outcome'];
    readonly faults?: number;
    readonly batchesStored?: number;
    readonly restarts?: number;
  }): void {
    const { outcomes, ...tally } = this.#tally;
    const { outcome } = change;
    this.#tally = {
      taps: tally.taps + (change.taps ?? 0),
      outcomes: outcome ? { ...outcomes, [outcome]: outcomes[outcome] + 1 } : outcomes,
      faults: tally.faults + (change.faults ?? 0),
      batchesStored: tally.batchesStored + (change.batchesStored ?? 0),
      restarts: tally.restarts + (change.restarts ?? 0),
      issuerCrashes: tally.issuerCrashes,
    };
  }
}

function wordFor(shop: SimulatedShop, isVoid: boolean): ToldOutcome['kind'] {
  if (isVoid) return 'void';
  return shop.kind === 'load' ? 'load' : 'debit';
}

function describeFault(fault: TouchFault): string {
  switch (fault.at) {
    case 'card': {
      const at = 'command' in fault.fault ? ` at command ${fault.fault.command}` : '';
      return `${fault.name}${at}`;
    }
    case 'disk':
      return `disk: ${fault.fault.fault} at write ${fault.writesBefore + 1}`;
    case 'program':
      return `the program stops ${fault.moment} exchange ${fault.exchange}`;
  }
}
