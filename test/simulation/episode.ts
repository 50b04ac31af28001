import { type EpochMs, epochMs } from '#units';
import { createFelicaCard } from '../../card-emulator/card/felica-card.ts';
import { softwareSam } from '../../terminal/sam/software-sam.ts';
import { audit } from './auditor/audit.ts';
import type { Evidence, ToldOutcome } from './auditor/evidence.ts';
import type { AuditReport } from './auditor/report.ts';
import { Counter } from './counter.ts';
import type { EpisodeTally } from './episode-tally.ts';
import { Odds } from './odds.ts';
import { SimulatedCard } from './simulated-card.ts';
import { AMOUNT_MAX, SimulatedIssuer } from './simulated-issuer.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedShop } from './simulated-shop.ts';

/** One world from its founding to its audit. */
export interface EpisodeResult {
  readonly report: AuditReport;
  readonly tally: EpisodeTally;
}

export interface PlayedEpisode {
  readonly evidence: Evidence;
  readonly tally: EpisodeTally;
}

export interface EpisodeOptions {
  readonly seed: number;
  /** How often cards are touched before the shops close. */
  readonly taps: number;
  /** Called with each thing that happens, in words. */
  readonly tell: (text: string) => void;
}

const NOON: EpochMs = epochMs(Date.parse('2026-11-23T03:00:00Z'));
const CARDS_MOST = 6;
const REFUND_WORLDS_PER_MILLE = 300;
/** Half of all issuers have a sound computer. */
const ISSUER_CRASHES_PER_MILLE = [0, 0, 300, 800];
const POS_MOST = 4;
const LOAD_TERMINAL = 9;
const LOAD_MERCHANT = 2001;
const SHOP_MERCHANT = 1001;

/** Runs one episode and audits it. */
export async function runEpisode(options: EpisodeOptions): Promise<EpisodeResult> {
  const { evidence, tally } = await playEpisode(options);
  return { report: audit(evidence), tally };
}

/** The same seed and number of taps give the same episode, word for word. */
export async function playEpisode({ seed, taps, tell }: EpisodeOptions): Promise<PlayedEpisode> {
  const odds = new Odds(seed);
  const clock = { now: NOON };
  // Drawn apart, as refunds are.
  const crashOdds = new Odds(seed + 2);
  const issuer = await SimulatedIssuer.found({ odds, crashOdds, now: () => clock.now, tell });
  issuer.crashesPerMille = crashOdds.pick(ISSUER_CRASHES_PER_MILLE);
  try {
    const receive = issuer.receive.bind(issuer);
    const network = new SimulatedNetwork(odds, receive, tell);
    const shops = await openShops({ issuer, odds, network, worldTime: () => clock.now });
    const cards = await issueCards(issuer, odds);
    const told: ToldOutcome[] = [];
    // Drawn apart: the worlds without refunds go on as they went before there were any.
    const hasRefunds = new Odds(seed + 1).perMille(REFUND_WORLDS_PER_MILLE);
    const people = { issuer, network, shops, cards };
    const counter = new Counter({ odds, clock, ...people, told, tell, hasRefunds });
    const counted = await counter.run(taps);
    const tally = { ...counted, issuerCrashes: issuer.crashCount };
    await counter.closeDown();
    const evidence = {
      cards: cards.map((card) => card.evidence()),
      terminals: shops.map((shop) => shop.evidence()),
      issuer: await issuer.evidence(),
      told,
    };
    return { evidence, tally };
  } finally {
    await issuer.dissolve();
  }
}

interface ShopsOptions {
  readonly issuer: SimulatedIssuer;
  readonly odds: Odds;
  readonly network: SimulatedNetwork;
  readonly worldTime: () => EpochMs;
}

async function openShops(options: ShopsOptions): Promise<readonly SimulatedShop[]> {
  const { issuer, odds } = options;
  await issuer.addMerchant(LOAD_MERCHANT);
  await issuer.addMerchant(SHOP_MERCHANT);
  const shops = [await openShop(options, LOAD_TERMINAL, 'load')];
  const posCount = odds.between(1, POS_MOST);
  for (let number = 1; number <= posCount; number += 1) {
    shops.push(await openShop(options, number, 'pos-void'));
  }
  return shops;
}

async function openShop(
  { issuer, odds, network, worldTime }: ShopsOptions,
  terminalId: number,
  kind: 'pos-void' | 'load',
): Promise<SimulatedShop> {
  const merchantId = kind === 'load' ? LOAD_MERCHANT : SHOP_MERCHANT;
  const { samKeys, privateKey } = await issuer.enrol(terminalId, merchantId, kind);
  const shop = new SimulatedShop({
    terminalId,
    merchantId,
    kind,
    amountMax: AMOUNT_MAX,
    newSam: () => softwareSam(samKeys, odds.bytes),
    privateKey,
    issuerKey: issuer.publicKey,
    uplink: network,
    worldTime,
  });
  await shop.found();
  return shop;
}

/** Now and then one of them has a clone, made before it was ever used. */
async function issueCards(issuer: SimulatedIssuer, odds: Odds): Promise<readonly SimulatedCard[]> {
  const cards: SimulatedCard[] = [];
  const count = odds.between(1, CARDS_MOST);
  for (let number = 1; number <= count; number += 1) {
    const personalisation = await issuer.issueCard(number);
    const random = odds.bytes;
    const card = createFelicaCard(personalisation, { random });
    cards.push(new SimulatedCard(`card ${number}`, card, false));
    if (odds.perMille(50)) {
      const clone = createFelicaCard(personalisation, { random });
      cards.push(new SimulatedCard(`clone of card ${number}`, clone, true));
    }
  }
  return cards;
}
