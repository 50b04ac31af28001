import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { businessDate } from '#units';
import { endOfDay } from '../../backend/settlement/business-calendar.ts';
import { closeWindow } from '../../backend/settlement/close-window.ts';
import {
  carrierKey,
  depositReport,
  propose,
  signSettlement,
} from '../../backend/settlement-command.ts';
import { Scenario } from './scenario.ts';

describe('the commands of settlement', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('tell the deposit of a base date, or why there is no report', async () => {
    const baseDate = businessDate('2027-03-31');
    scenario.clock = endOfDay(baseDate);
    const outcome = await depositReport(scenario.backend, { baseDate });
    expect(outcome.json).toMatchObject({ result: 'made', unused: 0, deposit: 0 });
    expect(outcome.lines.join('\n')).toContain('deposit          0 yen, until 2027-05-31');
    const refused = await depositReport(scenario.backend, { baseDate: businessDate('2027-04-01') });
    expect(refused).toMatchObject({ exitCode: 3, json: { code: 'SETTLEMENT_BASE_DATE_INVALID' } });
  });

  it('propose a window and sign it for both parties', async () => {
    const { backend, folder, clock } = scenario;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const publicPath = join(folder, 'carrier-public.pem');
    const keyFile = join(folder, 'carrier-private.pem');
    const out = join(folder, 'proposal.txt');
    writeFileSync(publicPath, publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const register = (path: string): ReturnType<typeof carrierKey> =>
      carrierKey(backend, { publicKey: path }, clock);
    expect(await register(publicPath)).toMatchObject({ json: { result: 'registered' } });
    expect(await register(publicPath)).toMatchObject({ json: { result: 'repeated' } });
    expect(await register(join(folder, 'operator-token'))).toMatchObject({
      json: { code: 'SETTLEMENT_KEY_UNKNOWN' },
    });
    expect(await carrierKey(backend, {}, clock)).toMatchObject({ exitCode: 3 });
    await closeWindow(backend.settlement);
    const proposed = await propose(backend, { window: 1, out });
    expect(proposed.lines).toEqual(readFileSync(out, 'utf8').trimEnd().split('\n'));
    const signed = await signSettlement(backend, { window: 1, party: 'issuer' });
    expect(signed.lines).toEqual([
      'The issuer has signed window 1. The other party has not signed.',
    ]);
    for (const wrong of [undefined, publicPath, out]) {
      const options = { window: 1, party: 'carrier' as const, ...(wrong && { keyFile: wrong }) };
      expect(await signSettlement(backend, options)).toMatchObject({
        exitCode: 3,
        json: { code: 'SETTLEMENT_KEY_UNKNOWN' },
      });
    }
    const complete = await signSettlement(backend, { window: 1, party: 'carrier', keyFile });
    expect(complete.json).toMatchObject({ result: 'signed', isComplete: true });
  });

  it('make a key for a carrier that has none, readable by its owner only', async () => {
    const { backend, folder, clock } = scenario;
    const keyFile = join(folder, 'carrier.pem');
    const made = await carrierKey(backend, { make: keyFile }, clock);
    expect(made).toMatchObject({ json: { result: 'registered' } });
    expect(statSync(keyFile).mode & 0o077).toBe(0);
    await closeWindow(backend.settlement);
    await propose(backend, { window: 1 });
    const signed = await signSettlement(backend, { window: 1, party: 'carrier', keyFile });
    expect(signed.json).toMatchObject({ result: 'signed' });
    await expect(carrierKey(backend, { make: keyFile }, clock)).rejects.toMatchObject({
      code: 'CONFIG_EXISTS',
    });
  });
});
