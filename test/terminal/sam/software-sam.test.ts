import { bytesToHex } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { createFelicaCard } from '#emulated-card';
import { decodeWriteResult, encodeWritePayload } from '#felica/block-access';
import { CommandCode, responseCodeOf } from '#felica/command-code';
import { encodePollingRequest } from '#felica/polling';
import { PURSE_SYSTEM_CODE, VALIDITY_DECREMENT } from '#purse/card-profile';
import { encodePurseBlock } from '#purse/purse-block';
import { blockingDecrement } from '#purse/validity-purse';
import { yen } from '#units';
import {
  isBlockedOf,
  setBlocked,
  validityOf,
} from '../../../card-emulator/card/card-inspection.ts';
import type { SamAuthentication, SecureChannel } from '../../../terminal/sam/sam.ts';
import { decodeSamFile } from '../../../terminal/sam/sam-file.ts';
import {
  cardIdm,
  KEY_VERSION,
  masterOf,
  personalisedCard,
  samKeys,
  seededRandom,
  testSam,
  VALIDITY,
} from '../../scheme.ts';
import { samFile, samFileText } from '../sam-file-text.ts';

const DONE = { statusFlag1: 0, statusFlag2: 0 };

describe('SAM file', () => {
  it.each(['pos', 'load'] as const)('of a %s SAM is read whole', (kind) => {
    expect(decodeSamFile(samFileText(kind, 7))).toMatchObject(samKeys(kind, 7));
  });

  it.each([
    ['of a POS that could make value', 'pos', 'LOAD'],
    ['of a POS that could make a blocked card valid', 'pos', 'VALW'],
    ['of a load terminal that could do so', 'load', 'VALW'],
  ] as const)('%s is refused', (_what, kind, label) => {
    const file = samFile(kind, 7);
    const masters = { ...(file['masters'] as object), [label]: bytesToHex(masterOf(label)) };
    expect(() => decodeSamFile(JSON.stringify({ ...file, masters }))).toThrow(
      expect.objectContaining({ code: 'SAM_FILE_RIGHTS_EXCESSIVE' }),
    );
  });

  it.each([
    ['samId', { samId: 0 }],
    ['kind', { kind: 'master' }],
    ['keyVersion', { keyVersion: 256 }],
    ['recordKey', { recordKey: 'secret-that-must-not-show' }],
    ['masters.DEBI', { masters: {} }],
  ])('names the field that is wrong and never its content: %s', (field, change) => {
    const text = JSON.stringify({ ...samFile('pos', 7), ...change });
    expect(() => decodeSamFile(text)).toThrow(field);
    expect(() => decodeSamFile(text)).not.toThrow('secret-that-must-not-show');
  });

  it('that is no JSON is refused without being quoted', () => {
    expect(() => decodeSamFile('{"recordKey":"0011')).toThrow(/^SAM file [^0]*$/);
  });
});

describe('software SAM', () => {
  const card = createFelicaCard(personalisedCard(1), { random: seededRandom('card') });

  async function authenticated(kind: 'pos' | 'load'): Promise<{
    readonly channel: SecureChannel;
    readonly authentication: SamAuthentication;
  }> {
    card.powerOff();
    card.powerOn();
    const polling = { systemCode: PURSE_SYSTEM_CODE, requestCode: 1, timeSlots: 0 } as const;
    card.exchange(encodePollingRequest(polling));
    const authentication = await testSam(kind, 7).startAuthentication(cardIdm(1), KEY_VERSION);
    const second = await authentication.answer(card.exchange(authentication.request)!);
    const channel = await authentication.complete(card.exchange(second!)!);
    return { channel: channel!, authentication };
  }

  async function write(
    channel: SecureChannel,
    block: Uint8Array,
    serviceIndex = 0,
  ): Promise<unknown> {
    const elements = [{ serviceIndex, accessMode: 'normal', blockNumber: 0 }] as const;
    const payload = encodeWritePayload(elements, [block]);
    const answer = card.exchange(await channel.seal(CommandCode.writeV2, payload));
    const opened = await channel.open(responseCodeOf(CommandCode.writeV2), answer!);
    return opened && decodeWriteResult(opened);
  }

  const rich = encodePurseBlock({
    balance: yen(9_999),
    cashback: yen(0),
    userData: new Uint8Array(4),
    executionId: Uint8Array.of(0, 1, 0, 0),
  });

  it('of a POS cannot raise a balance: what it writes is taken for an amount to subtract', async () => {
    const { channel } = await authenticated('pos');
    expect(await write(channel, rich)).toMatchObject({ statusFlag2: 0x01 });
    expect(card.storedBlocks(PURSE_SYSTEM_CODE, 0x1010 as never)?.[0]?.slice(0, 4)).toEqual(
      new Uint8Array(4),
    );
  });

  it('of a load terminal can', async () => {
    const { channel } = await authenticated('load');
    expect(await write(channel, rich)).toEqual(DONE);
  });

  it.each(['pos', 'load'] as const)(
    'of kind %s can block a card, and what it writes never makes the card valid again',
    async (kind) => {
      const { channel, authentication } = await authenticated(kind);
      const validity = authentication.services.indexOf(VALIDITY_DECREMENT);
      const fill = encodePurseBlock({
        ...VALIDITY,
        balance: yen(2),
        executionId: Uint8Array.of(0, 9, 0, 9),
      });
      expect(await write(channel, fill, validity)).toMatchObject({ statusFlag2: 0x01 });
      expect(validityOf(card)).toMatchObject({ balance: 1 });
      expect(await write(channel, blockingDecrement(validityOf(card)!, 7), validity)).toMatchObject(
        DONE,
      );
      expect(await write(channel, fill, validity)).toMatchObject({ statusFlag2: 0x01 });
      expect(isBlockedOf(card)).toBe(true);
      setBlocked(card, false);
      expect(isBlockedOf(card)).toBe(false);
    },
  );

  it('opens an answer once, with its own number and code only', async () => {
    const { channel } = await authenticated('load');
    const payload = encodeWritePayload(
      [{ serviceIndex: 0, accessMode: 'normal', blockNumber: 0 }],
      [rich],
    );
    const answer = card.exchange(await channel.seal(CommandCode.writeV2, payload))!;
    expect(await channel.open(responseCodeOf(CommandCode.readV2), answer)).toBeUndefined();
    expect(await channel.open(responseCodeOf(CommandCode.writeV2), answer)).toBeDefined();
    await channel.seal(CommandCode.writeV2, payload);
    expect(await channel.open(responseCodeOf(CommandCode.writeV2), answer)).toBeUndefined();
  });

  it('does not believe a card without the keys', async () => {
    const authentication = await testSam('pos', 7).startAuthentication(cardIdm(2), KEY_VERSION);
    const foreign = createFelicaCard(personalisedCard(2, { keyVersion: 9 }), {
      random: seededRandom('foreign'),
    });
    foreign.powerOn();
    const answer = foreign.exchange(authentication.request);
    expect(answer && (await authentication.answer(answer))).toBeUndefined();
  });
});
