import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { registerSam } from '../../../backend/issuer/sam-account.ts';
import {
  enrolTerminal,
  parseTerminalKey,
  readTerminal,
  type Terminal,
  terminalKeyOf,
} from '../../../backend/issuer/terminal.ts';
import { NOON } from '../../scheme.ts';
import { MERCHANT_ID, Scenario } from '../scenario.ts';

const PEM = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
const TERMINAL: Terminal = {
  terminalId: 42,
  merchantId: MERCHANT_ID,
  samId: 7,
  kind: 'pos',
  amountMax: yen(30_000),
  publicKey: parseTerminalKey(PEM.toString())!,
};

describe('enrolTerminal', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('enrols a terminal once, before or after its SAM is issued', async () => {
    const { database } = scenario.backend;
    expect(await enrolTerminal(database, TERMINAL, NOON)).toEqual({ result: 'registered' });
    expect(await enrolTerminal(database, TERMINAL, NOON)).toEqual({ result: 'repeated' });
    expect(await readTerminal(database, 42)).toEqual(TERMINAL);
    expect(await readTerminal(database, 43)).toBeUndefined();
  });

  it('refuses in the documented order', async () => {
    const { database } = scenario.backend;
    const sam = { samId: 8, kind: 'load', keyVersion: 1, amountMax: yen(1) } as const;
    await registerSam(database, sam, NOON);
    await enrolTerminal(database, TERMINAL, NOON);
    const everything = { ...TERMINAL, merchantId: 9, samId: 8, amountMax: yen(1) };
    const reasonFor = async (change: Partial<Terminal>): Promise<unknown> => {
      const result = await enrolTerminal(database, { ...everything, ...change }, NOON);
      return 'reason' in result ? result.reason : result.result;
    };
    expect(await reasonFor({})).toBe('ACCOUNT_MERCHANT_UNKNOWN');
    const merchantId = MERCHANT_ID;
    expect(await reasonFor({ merchantId })).toBe('TERMINAL_SAM_KIND_MISMATCH');
    expect(await reasonFor({ merchantId, kind: 'load' })).toBe('TERMINAL_ID_TAKEN');
    const terminalId = 43;
    expect(await reasonFor({ merchantId, samId: 7, terminalId })).toBe('TERMINAL_SAM_TAKEN');
    expect(await reasonFor({ merchantId, kind: 'load', terminalId })).toBe('registered');
  });
});

describe('parseTerminalKey', () => {
  it('keeps the key of a PEM text', () => {
    expect(terminalKeyOf(TERMINAL).export({ type: 'spki', format: 'pem' })).toEqual(PEM);
  });

  it('refuses a text that is no Ed25519 public key', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = other.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(parseTerminalKey(pem)).toBeUndefined();
    expect(parseTerminalKey('')).toBeUndefined();
    expect(parseTerminalKey('-----BEGIN PUBLIC KEY-----\nAAAA\n')).toBeUndefined();
  });
});
