import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readBankAccount,
  readPayerAccount,
  readPayerAccounts,
  registerBankAccount,
} from '../../../../backend/settlement/payment/bank-account-register.ts';
import { Scenario } from '../../scenario.ts';
import { EXAMPLE_INSTRUCTION, EXAMPLE_ORDERS } from '../bank/instruction-example.ts';

const { payer } = EXAMPLE_INSTRUCTION;
const [first, second] = EXAMPLE_ORDERS.map(({ payee }) => payee);

describe('the register of bank accounts', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  const register = (
    owner: Parameters<typeof registerBankAccount>[1]['owner'],
    account: unknown,
  ): ReturnType<typeof registerBankAccount> =>
    registerBankAccount(scenario.backend.database, { owner, account }, scenario.clock);

  it('has the last account that was told for each owner, and keeps those before', async () => {
    const { database } = scenario.backend;
    expect(await readPayerAccount(database)).toBeUndefined();
    expect(await readBankAccount(database, 'carrier')).toBeUndefined();
    expect(await register('issuer', payer)).toMatchObject({ result: 'registered' });
    expect(await register('issuer', payer)).toMatchObject({ result: 'repeated' });
    const moved = { ...payer, number: '7654321' };
    expect(await register('issuer', moved)).toMatchObject({ result: 'registered' });
    expect(await readPayerAccount(database)).toEqual(moved);
    expect(await readPayerAccounts(database)).toEqual([payer, moved]);
    expect(await register('merchant:1001', first)).toMatchObject({ result: 'registered' });
    expect(await register('merchant:1001', second)).toMatchObject({ result: 'registered' });
    expect(await register('merchant:1001', first)).toMatchObject({ result: 'registered' });
    expect(await readBankAccount(database, 'merchant:1001')).toEqual(first);
    expect(await scenario.count('SELECT count(*) FROM bank_account')).toBe(5);
  });

  it('takes no account of a stranger, and none that a bank would not take', async () => {
    expect(await register('merchant:9', first)).toMatchObject({
      reason: 'ACCOUNT_MERCHANT_UNKNOWN',
    });
    expect(await register('carrier', { ...first, number: '12' })).toMatchObject({
      reason: 'SETTLEMENT_ACCOUNT_INVALID',
      detail: 'number: expected 7 digits',
    });
    // Who pays needs the code under which the bank knows it.
    expect(await register('issuer', first)).toMatchObject({ reason: 'SETTLEMENT_ACCOUNT_INVALID' });
    expect(await register('carrier', undefined)).toMatchObject({ result: 'refused' });
    expect(await scenario.count('SELECT count(*) FROM bank_account')).toBe(0);
  });
});
