import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { milliseconds, yen } from '#units';
import { enrolHandset } from '../../../backend/carrier/handset.ts';
import { registerSubscriber } from '../../../backend/carrier/subscriber.ts';
import { CarrierLine, type PolledWork } from '../../../card-emulator/handset/carrier-line.ts';
import { httpLoadWork } from '../../../terminal/over-the-air/http-load-work.ts';
import { httpPhoneLine } from '../../../terminal/over-the-air/http-phone-line.ts';
import { PhoneReader } from '../../../terminal/reader/phone-reader.ts';
import { ServedBackend } from '../../backend/http/served-backend.ts';
import { cardIdm, NOON } from '../../scheme.ts';

const TOKEN = 'token-of-phone-1';
const POLLING = Uint8Array.of(6, 0, 0xfe, 0, 1, 0);
const ANSWER = Uint8Array.of(18, 1, ...cardIdm(1), 0, 0, 0, 0, 0, 0, 0, 0);

describe('both ends of the channel, over HTTP', () => {
  let served: ServedBackend;
  let line: CarrierLine;
  let reader: PhoneReader;
  beforeAll(async () => {
    served = await ServedBackend.start();
    const { carrierDatabase } = served.scenario.backend;
    const hanako = { subscriberId: 1, phoneNumber: '+819012345678', name: 'Hanako' };
    await registerSubscriber(carrierDatabase, { ...hanako, monthlyCap: yen(5_000) }, NOON);
    await enrolHandset(carrierDatabase, { subscriberId: 1, idm: cardIdm(1), token: TOKEN }, NOON);
    line = new CarrierLine(served.url, TOKEN);
    const place = { carrierUrl: served.url, token: tokenOf('channel') };
    reader = new PhoneReader(cardIdm(1), httpPhoneLine(place, cardIdm(1)));
  });
  afterAll(() => served.stop());

  function tokenOf(name: string): string {
    return readFileSync(join(served.scenario.folder, `${name}-token`), 'utf8').trim();
  }

  const ask = (answer?: Parameters<CarrierLine['poll']>[0]): Promise<PolledWork> =>
    line.poll(answer, new AbortController().signal);

  it('are a reader with a card in its field while the phone is on', async () => {
    expect(await reader.waitForCard(milliseconds(0))).toBe(false);
    await expect(reader.transmit(POLLING, milliseconds(5))).rejects.toMatchObject({
      code: 'CARD_ABSENT',
    });
    const first = ask();
    expect(await reader.waitForCard(milliseconds(2_000))).toBe(true);
    expect(reader.tapCount).toBe(1);
    const transmitted = reader.transmit(POLLING, milliseconds(5));
    const { frame } = await first;
    expect(frame?.packet).toEqual(POLLING);
    const { touch = 0, number = 0 } = frame ?? {};
    const second = ask({ touch, number, packet: ANSWER });
    expect(await transmitted).toEqual(ANSWER);
    const silent = reader.transmit(POLLING, milliseconds(5));
    await second;
    const third = ask({ touch, number: number + 1, packet: undefined });
    expect(await silent).toBeUndefined();
    served.scenario.backend.phoneChannel.close();
    await third;
    expect(await reader.waitForRemoval()).toBe(true);
    await expect(reader.transmit(Uint8Array.of(9), milliseconds(5))).rejects.toThrow(RangeError);
    await reader.close();
    await expect(reader.waitForCard(milliseconds(0))).rejects.toMatchObject({
      code: 'READER_CLOSED',
    });
  });

  it('carry top-ups from the phone to the terminal and back', async () => {
    const place = { issuerUrl: served.url, token: tokenOf('remote-load'), terminalId: 9 };
    const work = httpLoadWork(place);
    expect(await work.waiting()).toEqual([]);
    expect(await line.topUp('a', 3_000)).toMatchObject({ topUpId: '1-a', state: 'loading' });
    const [load] = await work.waiting();
    expect(load).toMatchObject({ topUpId: '1-a', idm: cardIdm(1), amount: 3_000 });
    await work.tell('1-a', 'loaded');
    await work.tell('1-a', 'loaded');
    expect(await line.readTopUp('a')).toMatchObject({ state: 'captured' });
    await expect(work.tell('1-a', 'not-loaded')).rejects.toMatchObject({ code: 'UPLINK_REFUSED' });
    const stranger = httpLoadWork({ ...place, token: 'x' });
    await expect(stranger.waiting()).rejects.toMatchObject({ code: 'UPLINK_REFUSED' });
    await expect(line.readTopUp('z')).rejects.toMatchObject({ code: 'LINE_REFUSED' });
    const nowhere = new CarrierLine('http://127.0.0.1:1', TOKEN);
    await expect(nowhere.readTopUp('a')).rejects.toMatchObject({ code: 'LINE_UNREACHABLE' });
    const away = httpPhoneLine({ carrierUrl: 'http://127.0.0.1:1', token: 'x' }, cardIdm(1));
    const lost = new PhoneReader(cardIdm(1), away).waitForCard(milliseconds(0));
    await expect(lost).rejects.toMatchObject({ code: 'READER_DISCONNECTED' });
  });
});
