import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hotListCard, publishHotListFiles } from '../../backend/hot-listing-command.ts';
import { registerCard } from '../../backend/issuer/card-account.ts';
import { type HotListIssuer, importHotList } from '../../terminal/hotlist/hotlist-import.ts';
import { hotListLookUp } from '../../terminal/hotlist/hotlist-look-up.ts';
import { cardIdm, ISSUER_ID, NOON } from '../scheme.ts';
import { Scenario } from './scenario.ts';

let scenario: Scenario;
let issuer: HotListIssuer;

beforeEach(async () => {
  scenario = await Scenario.open();
  const { database, keystore } = scenario.backend;
  for (const number of [1, 2, 3]) {
    await registerCard(database, { idm: cardIdm(number), keyVersion: 1 }, NOON);
  }
  issuer = { issuerId: ISSUER_ID, publicKey: createPublicKey(keystore.publicKeyPem) };
});

afterEach(() => scenario.remove());

const path = (name: string): string => join(scenario.folder, 'lists', name);

async function decide(number: number, isListed: boolean): Promise<unknown> {
  const outcome = await hotListCard(scenario.backend, { idm: cardIdm(number), isListed }, NOON);
  return outcome.json['result'];
}

function publish(): ReturnType<typeof publishHotListFiles> {
  return publishHotListFiles(scenario.backend, { out: join(scenario.folder, 'lists') }, NOON);
}

describe('the hot list of the issuer', () => {
  it('comes to a terminal whole or by deltas, and names exactly the cards decided on', async () => {
    await decide(1, true);
    await decide(2, true);
    expect((await publish()).json).toEqual({
      result: 'published',
      sequence: 1,
      cards: 2,
      list: path('hotlist-1.bin'),
      delta: null,
    });
    await decide(1, false);
    await decide(3, true);
    const second = await publish();
    expect(second.json).toMatchObject({
      sequence: 2,
      cards: 2,
      delta: path('hotlist-2-delta.bin'),
    });
    expect(second.lines).toHaveLength(2);
    const first = importHotList(undefined, readFileSync(path('hotlist-1.bin')), issuer);
    if (first.result !== 'imported') throw new Error(first.result);
    const next = importHotList(first.list, readFileSync(path('hotlist-2-delta.bin')), issuer);
    if (next.result !== 'imported') throw new Error(next.result);
    expect(Buffer.from(next.list.bytes)).toEqual(readFileSync(path('hotlist-2.bin')));
    const lookUp = hotListLookUp(next.list);
    expect([1, 2, 3].map((number) => lookUp.has(cardIdm(number)))).toEqual([false, true, true]);
  });

  it('is published anew without a change too: a terminal wants to know that it is fresh', async () => {
    await publish();
    scenario.clock = NOON;
    expect((await publish()).json).toMatchObject({ sequence: 2, cards: 0 });
    expect(existsSync(path('hotlist-2-delta.bin'))).toBe(true);
  });

  it('lies where terminals download it, and goes to files only where that is asked for', async () => {
    const { backend } = scenario;
    const { folder } = backend.hotLists;
    expect((await publishHotListFiles(backend, {}, NOON)).json).toMatchObject({
      list: join(folder, 'hotlist-1.bin'),
    });
    await publish();
    expect(backend.hotLists.catalogue()).toMatchObject({ sequence: 2 });
    expect(readFileSync(join(folder, 'hotlist-2.bin'))).toEqual(
      readFileSync(path('hotlist-2.bin')),
    );
    expect(existsSync(path('hotlist-1.bin'))).toBe(false);
  });

  it('takes each decision once, and none about a card that was never issued', async () => {
    expect(await decide(1, false)).toBe('repeated');
    expect(await decide(1, true)).toBe('registered');
    expect(await decide(1, true)).toBe('repeated');
    expect(await decide(1, false)).toBe('registered');
    const unknown = await hotListCard(scenario.backend, { idm: cardIdm(9), isListed: true }, NOON);
    expect(unknown).toMatchObject({ json: { code: 'ACCOUNT_CARD_UNKNOWN' }, exitCode: 3 });
  });

  it('never gives out one sequence twice, even where the files could not be written', async () => {
    await publish();
    writeFileSync(path('hotlist-2.bin'), 'something else');
    await expect(publish()).rejects.toThrow('EEXIST');
    expect((await publish()).json).toMatchObject({ sequence: 3 });
    expect(readFileSync(path('hotlist-2.bin'), 'utf8')).toBe('something else');
  });
});
