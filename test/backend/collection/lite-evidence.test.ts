import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PurseRecord, sealRecord } from '#batch/record';
import type { SamKind } from '#purse/sam-kind';
import { businessDate, epochMs, yen } from '#units';
import { expectedLiteEvidence } from '../../../backend/collection/lite-evidence.ts';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { issuedLiteImage } from '../../../backend/issuer/issue-lite-card.ts';
import { formatSamFile } from '../../../backend/issuer/issue-sam.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { merchantStatement } from '../../../backend/settlement/statement.ts';
import { type EmulatedCard, openCardImage } from '../../../card-emulator/card/open-card.ts';
import { openLitePurse } from '../../../terminal/card/lite-s-purse.ts';
import type { Sam } from '../../../terminal/sam/sam.ts';
import { decodeSamFile } from '../../../terminal/sam/sam-file.ts';
import { softwareSam } from '../../../terminal/sam/software-sam.ts';
import { cardIdm, KEY_VERSION, NOON, seededRandom } from '../../scheme.ts';
import { Counter } from '../../terminal/counter.ts';
import { MERCHANT_ID, Scenario, type TestTerminal } from '../scenario.ts';
import { settleSigned } from '../settlement/signed-window.ts';

let scenario: Scenario;
let card: EmulatedCard;
let kiosk: Place;
let shop: Place;

/** A counter that works, and the terminal in whose name its batches go. */
interface Place {
  readonly counter: Counter;
  readonly terminal: TestTerminal;
  readonly sam: Sam;
}

beforeEach(async () => {
  scenario = await Scenario.open();
  const { keystore, database } = scenario.backend;
  const idm = cardIdm(1);
  const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
  const issue = { idm, expiry: businessDate('2031-11-23'), ...limits };
  card = openCardImage(issuedLiteImage(keystore, issue), { random: seededRandom('card') });
  const account = { idm, keyVersion: KEY_VERSION, cardProfile: 'lite-s' } as const;
  await registerCard(database, account, scenario.clock);
  kiosk = await place('load', 9);
  shop = await place('pos-void', 42);
  await kiosk.counter.tap(card, 'load', 1_000);
  await shop.counter.tap(card, 'lunch', 350);
});

afterEach(async () => {
  for (const { counter } of [kiosk, shop]) await counter.stop();
  await scenario.remove();
});

async function place(kind: SamKind, samId: number): Promise<Place> {
  const account = { samId, kind, keyVersion: KEY_VERSION, amountMax: yen(30_000) };
  const file = formatSamFile(scenario.backend.keystore, account, {
    ceilings: undefined,
    retired: new Set(),
    hasLite: true,
  });
  const sam = softwareSam(decodeSamFile(file), seededRandom(`sam ${samId}`));
  const counter = new Counter({ kind, terminalId: samId, sam });
  await counter.start();
  return { counter, sam, terminal: await scenario.terminal(samId, kind) };
}

async function collect(
  { counter, terminal }: Place,
  change: (record: PurseRecord) => PurseRecord = (record) => record,
): Promise<void> {
  const records = (await counter.records()).map(change);
  await scenario.upload(terminal, terminal.close({ records }));
}

/** As whoever holds the key of the records, and not that of the cards, could say it. */
function changed(record: PurseRecord, changes: Partial<PurseRecord>): PurseRecord {
  return sealRecord(scenario.backend.keystore.samKey(record.samId), { ...record, ...changes });
}

describe('the records of a Lite-S', () => {
  it('are verified, booked, settled, and stand in the statement', async () => {
    await collect(kiosk);
    await collect(shop);
    expect(await scenario.findings()).toEqual([]);
    const { settlement, database } = scenario.backend;
    expect(await closeWindow(settlement)).toMatchObject({ figures: { cardShadow: 650 } });
    expect(await settleSigned(scenario.backend, 1)).toMatchObject({ result: 'settled' });
    expect(await merchantStatement(database, 1, MERCHANT_ID)).toMatchObject({
      statement: { grossSales: 350, state: 'settled' },
    });
  });

  it.each([
    ['another amount', { amount: yen(300), balanceBefore: yen(950) }],
    ['another balance', { balanceBefore: yen(900), balanceAfter: yen(550) }],
    ['another counter', { cardCounter: 3, executionId: Uint8Array.of(0, 3, 1, 2) }],
    ['another day', { time: epochMs(NOON - 24 * 60 * 60 * 1_000) }],
    ['a MAC of its own', { certificate: new Uint8Array(16).fill(7) }],
  ])('with %s are refused', async (_what, changes) => {
    await collect(shop, (record) => changed(record, changes));
    expect(await scenario.findings()).toEqual(['refused RECORD_CERTIFICATE_INVALID']);
  });

  it('of another SAM prove nothing', async () => {
    const [record] = await shop.counter.records();
    if (record === undefined) throw new Error('expected a record');
    const { keystore } = scenario.backend;
    const expectedBy = (samId: number): Uint8Array | undefined =>
      expectedLiteEvidence(record, keystore.samKey(samId), (version) =>
        keystore.liteMaster(version),
      );
    expect(expectedBy(42)).toEqual(record.certificate);
    expect(expectedBy(9)).not.toEqual(record.certificate);
  });

  it('are not paid to another terminal, which reads the card after', async () => {
    const [sale] = await shop.counter.records();
    const thief = await place('pos-void', 43);
    thief.counter.reader.present(card);
    const field = { reader: thief.counter.reader, idm: cardIdm(1), pmm: card.pmm };
    const authentication = await thief.sam.startLiteAuthentication?.(cardIdm(1));
    if (sale === undefined || authentication === undefined) throw new Error('expected both');
    const opened = await openLitePurse(field, authentication);
    if (opened.result !== 'opened') throw new Error(opened.result);
    const certificate = await opened.card.readCertificate(sale.executionId);
    expect(certificate).toHaveLength(16);
    const own = { ...sale, terminalId: 43, samId: 43, samNumber: 1 };
    const records = [changed(own, { certificate })];
    await scenario.upload(thief.terminal, thief.terminal.close({ records }));
    expect(await scenario.findings()).toEqual(['refused RECORD_CERTIFICATE_INVALID']);
    await thief.counter.stop();
  });

  it('prove one sale each, and no other of the same amount', async () => {
    await shop.counter.tap(card, 'dinner', 350);
    const [lunch, dinner] = await shop.counter.records();
    if (!(lunch && dinner)) throw new Error('expected two records');
    const { certificate } = lunch;
    const records = [lunch, changed(dinner, { certificate })];
    await scenario.upload(shop.terminal, shop.terminal.close({ records }));
    expect(await scenario.findings()).toEqual(['refused RECORD_CERTIFICATE_INVALID']);
  });

  it('wait in suspense without evidence', async () => {
    await collect(shop, (record) => changed(record, { certificate: undefined }));
    expect(await scenario.findings()).toEqual(['held RECORD_CERTIFICATE_MISSING']);
  });

  it('are of no card of ours where the account is of a Standard card, and the other way', async () => {
    const standard = await scenario.card(2);
    await collect(shop, (record) => changed(record, { idm: standard.idm }));
    const certificate = new Uint8Array(8);
    const asStandard = { cardProfile: undefined, certificate };
    await collect(kiosk, (record) => changed(record, asStandard));
    expect(await scenario.findings()).toEqual([
      'refused RECORD_CARD_UNKNOWN',
      'refused RECORD_CARD_UNKNOWN',
    ]);
  });
});
