import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIdm } from '#felica/identifiers';
import type { SamKind } from '#purse/sam-kind';
import { businessDate, yen } from '#units';
import { makeGeneration, retire } from '../../backend/command/keys-command.ts';
import { backendFolder } from '../../backend/config.ts';
import { enrolTerminal } from '../../backend/issuer/terminal.ts';
import { type Backend, openBackend } from '../../backend/open-backend.ts';
import { issueCard, issueSam } from '../../backend/registering.ts';
import { FelicaCard } from '../../card-emulator/card/felica-card.ts';
import { openCardImage } from '../../card-emulator/card/open-card.ts';
import { closeBatch } from '../../terminal/batch/close-batch.ts';
import type { Sam } from '../../terminal/sam/sam.ts';
import { decodeSamFile } from '../../terminal/sam/sam-file.ts';
import { softwareSam } from '../../terminal/sam/software-sam.ts';
import { later, MERCHANT_ID, Scenario } from '../backend/scenario.ts';
import { NOON, PLAIN_KEYSTORE, seededRandom } from '../scheme.ts';
import { Counter } from '../terminal/counter.ts';

const AMOUNT_MAX = yen(30_000);
const random = seededRandom('generations');

/** A terminal with the SAM file that the issuer wrote for it, and how it uploads. */
interface Shop {
  readonly counter: Counter;
  upload(): Promise<void>;
  /** Puts the SAM file in that the issuer writes now, under the same SAM id. */
  renewSam(): Promise<void>;
}

let scenario: Scenario;
let shops: Shop[];
beforeEach(async () => {
  scenario = await Scenario.open();
  shops = [];
});
afterEach(async () => {
  for (const { counter } of shops) await counter.stop();
  await scenario.remove();
});

const at = (name: string): string => join(scenario.folder, name);

/** Another process of the issuer: the one that runs has read its keys before. */
async function newGeneration(): Promise<void> {
  const context = { secret: PLAIN_KEYSTORE.secret, random };
  await makeGeneration(scenario.backend, { data: scenario.folder }, context, scenario.clock);
}

async function restart(): Promise<void> {
  await scenario.stop();
  await scenario.start();
}

async function card(number: number, issuer = scenario.backend): Promise<FelicaCard> {
  const idm = parseIdm(`02fe00000000000${number}`)!;
  const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
  const options = { idm, out: at(`card-${number}.json`), ...limits };
  await issueCard(issuer, options, { now: scenario.clock, random });
  const opened = openCardImage(readFileSync(options.out, 'utf8'), { random });
  if (!(opened instanceof FelicaCard)) throw new Error('expected a card of our profile');
  return opened;
}

async function issuedSam(terminalId: number, kind: SamKind, issuer: Backend): Promise<Sam> {
  const { keyVersion } = issuer.keystore;
  const out = at(`sam-${terminalId}-${keyVersion}.json`);
  const options = { sam: terminalId, kind, out, amountMax: AMOUNT_MAX };
  const { json } = await issueSam(issuer, options, { now: scenario.clock, random });
  expect(json).toEqual({ result: 'registered' });
  return softwareSam(decodeSamFile(readFileSync(out, 'utf8')), random);
}

async function shop(terminalId: number, kind: SamKind, issuer = scenario.backend): Promise<Shop> {
  let sam = await issuedSam(terminalId, kind, issuer);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const der = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
  const parties = { terminalId, merchantId: MERCHANT_ID, samId: terminalId };
  const enrolment = { ...parties, kind, amountMax: AMOUNT_MAX, publicKey: der };
  await enrolTerminal(scenario.backend.database, enrolment, scenario.clock);
  const options = {
    kind,
    terminalId,
    get sam() {
      return sam;
    },
  };
  const counter = new Counter(options);
  await counter.start();
  const renewSam = async (): Promise<void> => {
    await counter.journal.close();
    sam = await issuedSam(terminalId, kind, scenario.backend);
    await counter.start();
  };
  const own = { ...parties, privateKey };
  const opened = { counter, upload: () => upload(counter, own), renewSam };
  shops.push(opened);
  return opened;
}

async function upload(
  { journal }: Counter,
  own: {
    readonly terminalId: number;
    readonly merchantId: number;
    readonly samId: number;
    readonly privateKey: KeyObject;
  },
): Promise<void> {
  const batch = await closeBatch({ journal, ...own, now: () => NOON });
  const { receiver, verifier } = scenario.backend;
  const receipt = await receiver.receiveBatch(own.terminalId, batch!.bytes);
  expect(receipt).toMatchObject({ result: 'stored' });
  await verifier.verifyPending();
}

const accepted = (): Promise<number> =>
  scenario.count('SELECT count(*) FROM record WHERE is_held = 0');

describe('a new key generation', () => {
  it('serves cards of both at one terminal, and both are paid', async () => {
    const oldCard = await card(1);
    await newGeneration();
    await restart();
    const newCard = await card(2);
    const kiosk = await shop(9, 'load');
    const till = await shop(42, 'pos');
    for (const [one, keyVersion] of [
      [oldCard, 1],
      [newCard, 2],
    ] as const) {
      const loaded = await kiosk.counter.tap(one, `load ${keyVersion}`, 1_000);
      expect(loaded).toMatchObject({ outcome: 'approved', intent: { keyVersion } });
      const sold = await till.counter.tap(one, `sale ${keyVersion}`, 300);
      expect(sold).toMatchObject({ outcome: 'approved', intent: { keyVersion } });
    }
    await kiosk.upload();
    await till.upload();
    expect(await scenario.findings()).toEqual([]);
    expect(await accepted()).toBe(4);
  });

  it('is not known to an older SAM until that is issued again, with journal and numbers kept', async () => {
    const oldCard = await card(1);
    const kiosk = await shop(9, 'load');
    await newGeneration();
    await restart();
    const newCard = await card(2);
    const refused = await kiosk.counter.tap(newCard, 'load 1', 1_000);
    expect(refused).toMatchObject({ outcome: 'no-tap', reason: 'not-authentic' });
    expect(await kiosk.counter.tap(oldCard, 'load 2', 1_000)).toMatchObject({
      outcome: 'approved',
    });
    await kiosk.upload();
    await kiosk.renewSam();
    expect(await kiosk.counter.tap(newCard, 'load 1', 1_000)).toMatchObject({
      outcome: 'approved',
      intent: { keyVersion: 2 },
    });
    expect(await kiosk.counter.tap(oldCard, 'load 3', 500)).toMatchObject({ outcome: 'approved' });
    await kiosk.upload();
    expect(await scenario.findings()).toEqual([]);
    expect(await accepted()).toBe(3);
  });

  it('has its records wait while the program that collects has not read its keys', async () => {
    await newGeneration();
    const folder = backendFolder(scenario.folder);
    const issuer = await openBackend(folder, PLAIN_KEYSTORE, () => scenario.clock);
    const kiosk = await shop(9, 'load', issuer);
    const newCard = await card(1, issuer);
    await issuer.close();
    await kiosk.counter.tap(newCard, 'load 1', 1_000);
    await expect(kiosk.upload()).rejects.toMatchObject({ code: 'KEYSTORE_OUTDATED' });
    expect(await accepted()).toBe(0);
    await restart();
    await scenario.backend.verifier.verifyPending();
    expect(await accepted()).toBe(1);
  });
});

describe('a generation that has ended', () => {
  it('is in no SAM any more, and its later sales are refused with the reason', async () => {
    const oldCard = await card(1);
    await newGeneration();
    await restart();
    const kiosk = await shop(9, 'load');
    const till = await shop(42, 'pos');
    await kiosk.counter.tap(oldCard, 'load 1', 1_000);
    await kiosk.upload();
    const keyVersion = 1;
    const yesterday = { keyVersion, lastDay: businessDate('2026-11-22') };
    scenario.clock = later(NOON, -1);
    await retire(scenario.backend, yesterday, scenario.clock);
    await till.counter.tap(oldCard, 'sale 1', 300);
    scenario.clock = NOON;
    await till.upload();
    expect(await scenario.findings()).toEqual(['refused RECORD_KEY_VERSION_RETIRED']);
    const fresh = await shop(43, 'pos');
    expect(await fresh.counter.tap(oldCard, 'sale 2', 300)).toMatchObject({
      outcome: 'no-tap',
      reason: 'not-authentic',
    });
  });
});
