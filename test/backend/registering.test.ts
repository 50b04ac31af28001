import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIdm } from '#felica/identifiers';
import { basisPoints, epochMs, yen } from '#units';
import {
  addMerchant,
  addTerminal,
  cardExpiry,
  issueCard,
  issueSam,
} from '../../backend/registering.ts';
import { openCardImage } from '../../card-emulator/card/open-card.ts';
import { decodeSamFile, parseSamFile } from '../../terminal/sam/sam-file.ts';
import { NOON, seededRandom } from '../scheme.ts';
import { MERCHANT_ID, Scenario } from './scenario.ts';

describe('registering', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  const path = (name: string): string => join(scenario.folder, name);
  const issuing = { now: NOON, random: seededRandom('issuing') };

  it('writes a SAM file that only its owner reads, and that a terminal opens', async () => {
    const options = { sam: 7, kind: 'pos', out: path('sam.json'), amountMax: yen(500) } as const;
    const outcome = await issueSam(scenario.backend, options, issuing);
    expect(outcome.json).toEqual({ result: 'registered' });
    expect(statSync(options.out).mode & 0o077).toBe(0);
    expect(decodeSamFile(readFileSync(options.out, 'utf8'))).toMatchObject({ samId: 7 });
  });

  it('writes an encrypted SAM file, with ceilings, for who has the key file', async () => {
    const sam = { sam: 7, kind: 'pos', out: path('sam.json'), amountMax: yen(500) } as const;
    const options = { ...sam, keyFile: path('sam.key'), ceilingCount: 20 };
    await issueSam(scenario.backend, options, issuing);
    const text = readFileSync(options.out, 'utf8');
    expect(parseSamFile(text)).toMatchObject({
      form: 'encrypted',
      envelope: { unlock: { by: 'key-file' }, ceilings: { count: 20, amount: 10_000_000 } },
    });
  });

  it('writes no second SAM over the file of the first, and none with other rights', async () => {
    const options = { sam: 7, kind: 'pos', out: path('sam.json'), amountMax: yen(500) } as const;
    await issueSam(scenario.backend, options, issuing);
    await expect(issueSam(scenario.backend, options, issuing)).rejects.toMatchObject({
      code: 'CONFIG_EXISTS',
    });
    const load = { ...options, kind: 'load', out: path('load.json') } as const;
    expect(await issueSam(scenario.backend, load, issuing)).toMatchObject({
      json: { code: 'ACCOUNT_SAM_TAKEN' },
      exitCode: 3,
    });
    expect(() => statSync(load.out)).toThrow('ENOENT');
  });

  it('writes the image of a card that an emulated card opens', async () => {
    const options = { out: path('card.json'), balanceMax: yen(50_000), debitMax: yen(20_000) };
    const outcome = await issueCard(scenario.backend, options, issuing);
    const card = openCardImage(readFileSync(options.out, 'utf8'), { random: issuing.random });
    expect(outcome.json).toEqual({
      result: 'registered',
      idm: Buffer.from(card.idm).toString('hex'),
    });
    expect(statSync(options.out).mode & 0o077).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM card_account')).toBe(1);
  });

  it('issues a card under one IDm once', async () => {
    const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
    const idm = parseIdm('02fe000000000001')!;
    await issueCard(scenario.backend, { idm, out: path('1.json'), ...limits }, issuing);
    const second = { idm, out: path('2.json'), ...limits };
    expect(await issueCard(scenario.backend, second, issuing)).toMatchObject({
      json: { code: 'ACCOUNT_CARD_TAKEN' },
    });
    expect(() => statSync(second.out)).toThrow('ENOENT');
  });

  it('adds a merchant, and a terminal by its public key', async () => {
    const rates = { fee: basisPoints(325), commission: basisPoints(50) };
    const merchant = { merchant: 7, name: 'Kissa', ...rates };
    expect(await addMerchant(scenario.backend, merchant, NOON)).toMatchObject({
      lines: ['Registered: merchant 7, Kissa.'],
    });
    const { publicKey } = generateKeyPairSync('ed25519');
    const publicKeyPath = path('terminal.pem');
    writeFileSync(publicKeyPath, publicKey.export({ type: 'spki', format: 'pem' }));
    const terminal = {
      terminal: 42,
      merchant: MERCHANT_ID,
      sam: 7,
      kind: 'pos',
      publicKey: publicKeyPath,
      amountMax: yen(500),
    } as const;
    expect(await addTerminal(scenario.backend, terminal, NOON)).toMatchObject({
      json: { result: 'registered' },
    });
    writeFileSync(publicKeyPath, 'no key');
    expect(await addTerminal(scenario.backend, terminal, NOON)).toMatchObject({
      json: { code: 'TERMINAL_KEY_INVALID' },
      exitCode: 3,
    });
    const missing = { ...terminal, publicKey: path('none.pem') };
    await expect(addTerminal(scenario.backend, missing, NOON)).rejects.toMatchObject({
      code: 'CONFIG_MISSING',
    });
  });

  it('lets a card live for five years, and no day that does not exist', () => {
    expect(cardExpiry(NOON)).toBe('2031-11-23');
    expect(cardExpiry(epochMs(Date.parse('2028-02-29T03:00:00Z')))).toBe('2033-02-28');
  });
});
