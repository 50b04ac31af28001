import { expect, it } from 'vitest';
import { encodeRecord, sealRecord, type UnsealedRecord } from '#batch/record';
import { createFelicaCard } from '#emulated-card';
import { decodeWriteResult, encodeWritePayload } from '#felica/block-access';
import { CommandCode, responseCodeOf } from '#felica/command-code';
import { encodePollingRequest } from '#felica/polling';
import { PURSE_SYSTEM_CODE } from '#purse/card-profile';
import { encodePurseBlock } from '#purse/purse-block';
import { yen } from '#units';
import type { Sam, SecureChannel } from '../../../terminal/sam/sam.ts';
import type { SamKeys } from '../../../terminal/sam/sam-file.ts';
import { softwareSam } from '../../../terminal/sam/software-sam.ts';
import {
  bytesFrom,
  cardIdm,
  ISSUER_ID,
  issuedCard,
  NOON,
  personalisedCard,
  samKeys,
  seededRandom,
} from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

/** A SAM with these keys, over the implementation under test, with repeating random bytes. */
export type SamMaker = (keys: SamKeys, random: (byteCount: number) => Uint8Array) => Promise<Sam>;

/** Generation 2 is the newest; the masters of 1 are those of the emulated cards. */
export function twoGenerations(kind: 'pos' | 'load', samId: number): SamKeys {
  const older = samKeys(kind, samId);
  const masters = new Map(
    [...older.masters.keys()].map((label) => [label, bytesFrom(`2 ${label}`)]),
  );
  return { ...older, keyVersion: 2, masters, earlierGenerations: [older] };
}

const RECORD: UnsealedRecord = {
  kind: 'debit',
  issuerId: ISSUER_ID,
  idm: cardIdm(1),
  keyVersion: 1,
  cardCounter: 3,
  terminalId: 42,
  samId: 42,
  samNumber: 5,
  terminalTransactionNumber: 6,
  amount: yen(350),
  balanceBefore: yen(1_000),
  balanceAfter: yen(650),
  time: NOON,
  executionId: Uint8Array.of(0, 3, 1, 2),
  certificate: undefined,
  certificateBefore: undefined,
  resolution: 'at-tap',
};

/** What every SAM must do, wherever its keys are. */
export function samContract(make: SamMaker): void {
  it('tells what it is', async () => {
    const sam = await make(twoGenerations('pos', 42), seededRandom('sam'));
    const { kind, samId, issuerId, keyVersions } = sam;
    expect({ kind, samId, issuerId, keyVersions }).toEqual({
      kind: 'pos',
      samId: 42,
      issuerId: ISSUER_ID,
      keyVersions: [2, 1],
    });
    await sam.close();
  });

  it.each([
    ['pos', 1],
    ['pos', 2],
    ['load', 1],
    ['load', 2],
  ] as const)(
    'of kind %s asks a card of generation %i in the same bytes',
    async (kind, version) => {
      const keys = (): SamKeys => twoGenerations(kind, 42);
      const sam = await make(keys(), seededRandom('same'));
      const reference = softwareSam(keys(), seededRandom('same'));
      const asked = await sam.startAuthentication(cardIdm(7), version);
      const expected = await reference.startAuthentication(cardIdm(7), version);
      expect(asked.request).toEqual(expected.request);
      expect(asked.services).toEqual(expected.services);
      await sam.close();
    },
  );

  it('seals a record in the same bytes', async () => {
    const keys = samKeys('pos', 42);
    const expected = encodeRecord(sealRecord(keys.recordKey, RECORD));
    const sam = await make(keys, seededRandom('sam'));
    expect(encodeRecord(await sam.seal(RECORD))).toEqual(expected);
    await sam.close();
  });

  it('loads and debits an emulated card, whole sales with journal and records', async () => {
    const card = issuedCard(1);
    const load = await make(samKeys('load', 9), seededRandom('load'));
    const loader = new Counter({ kind: 'load', terminalId: 9, sam: load });
    await loader.start();
    expect(await loader.tap(card, 'load 1', 5_000)).toMatchObject({ outcome: 'approved' });
    await loader.stop();
    await load.close();
    const pos = await make(twoGenerations('pos', 42), seededRandom('pos'));
    const shop = new Counter({ terminalId: 42, sam: pos });
    await shop.start();
    expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_650);
    const [record] = await shop.records();
    const { samMac: _, ...unsealed } = record!;
    expect(record).toEqual(sealRecord(samKeys('pos', 42).recordKey, unsealed));
    await shop.stop();
    await pos.close();
  });

  it('does not believe a card without the keys', async () => {
    const sam = await make(samKeys('pos', 42), seededRandom('sam'));
    const { card, authentication } = await begun(sam, 9);
    const answer = card.exchange(authentication.request);
    expect(answer && (await authentication.answer(answer))).toBeUndefined();
    await sam.close();
  });

  it('of a POS cannot raise a balance; of a load terminal it can', async () => {
    const pos = await make(samKeys('pos', 42), seededRandom('pos'));
    expect(await raise(await authenticated(pos))).toMatchObject({ statusFlag2: 0x01 });
    await pos.close();
    const load = await make(samKeys('load', 9), seededRandom('load'));
    expect(await raise(await authenticated(load))).toEqual({ statusFlag1: 0, statusFlag2: 0 });
    await load.close();
  });
}

interface Authenticated {
  readonly card: ReturnType<typeof createFelicaCard>;
  readonly channel: SecureChannel;
}

async function begun(sam: Sam, keyVersion: number) {
  const random = seededRandom('card');
  const card = createFelicaCard(personalisedCard(1, { keyVersion }), { random });
  card.powerOn();
  const polling = { systemCode: PURSE_SYSTEM_CODE, requestCode: 1, timeSlots: 0 } as const;
  card.exchange(encodePollingRequest(polling));
  return { card, authentication: await sam.startAuthentication(cardIdm(1), 1) };
}

async function authenticated(sam: Sam): Promise<Authenticated> {
  const { card, authentication } = await begun(sam, 1);
  const second = await authentication.answer(card.exchange(authentication.request)!);
  const channel = await authentication.complete(card.exchange(second!)!);
  return { card, channel: channel! };
}

async function raise({ card, channel }: Authenticated): Promise<unknown> {
  const block = encodePurseBlock({
    balance: yen(9_999),
    cashback: yen(0),
    userData: new Uint8Array(4),
    executionId: Uint8Array.of(0, 1, 0, 0),
  });
  const elements = [{ serviceIndex: 0, accessMode: 'normal', blockNumber: 0 }] as const;
  const frame = await channel.seal(CommandCode.writeV2, encodeWritePayload(elements, [block]));
  const opened = await channel.open(responseCodeOf(CommandCode.writeV2), card.exchange(frame)!);
  return opened && decodeWriteResult(opened);
}
