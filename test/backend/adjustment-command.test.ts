import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { signedYen } from '#units';
import { adjust, showAdjustments, signAdjusted } from '../../backend/adjustment-command.ts';
import { PaymentWorld } from './settlement/payment/payment-world.ts';
import { CARRIER_PRIVATE_KEY } from './settlement/signed-window.ts';

it('an adjustment is proposed, signed and listed by commands', async () => {
  const world = await PaymentWorld.openOrdered();
  const { backend, clock, folder } = world.scenario;
  const options = {
    reference: 'FEE-1',
    window: 1,
    merchant: 1001,
    amount: signedYen(65),
    against: 'fee-income',
    reason: 'fee-wrong',
  } as const;
  expect((await showAdjustments(backend, clock)).lines).toEqual(['No adjustments.']);
  const proposed = await adjust(backend, options);
  expect(proposed.lines.at(-1)).toBe('sign until 2026-12-23');
  expect(await adjust(backend, { ...options, window: 9, reference: 'FEE-2' })).toMatchObject({
    exitCode: 3,
  });
  expect((await showAdjustments(backend, clock)).lines).toEqual([
    'FEE-1  65 yen for merchant 1001, window 1, fee-wrong: proposed, to be signed until 2026-12-23',
  ]);
  const byIssuer = await signAdjusted(backend, { reference: 'FEE-1', party: 'issuer' });
  expect(byIssuer.lines).toEqual([
    'The issuer has signed adjustment FEE-1. The other party has not signed.',
  ]);
  expect(await signAdjusted(backend, { reference: 'FEE-1', party: 'carrier' })).toMatchObject({
    json: { code: 'SETTLEMENT_KEY_UNKNOWN' },
  });
  expect(await signAdjusted(backend, { reference: 'FEE-9', party: 'issuer' })).toMatchObject({
    json: { code: 'SETTLEMENT_ADJUSTMENT_UNKNOWN' },
  });
  const keyFile = join(folder, 'carrier.pem');
  writeFileSync(keyFile, CARRIER_PRIVATE_KEY.export({ type: 'pkcs8', format: 'pem' }));
  const byCarrier = await signAdjusted(backend, { reference: 'FEE-1', party: 'carrier', keyFile });
  expect(byCarrier.lines).toEqual(['The carrier has signed adjustment FEE-1. It is in the books.']);
  expect((await showAdjustments(backend, clock)).lines[0]).toMatch(/: posted$/);
  await world.scenario.remove();
});
