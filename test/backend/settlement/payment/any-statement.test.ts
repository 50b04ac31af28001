import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import { reorderPayments } from '../../../../backend/settlement/payment/reorder-payments.ts';
import { type EntryExample, statusReportExample } from '../bank/statement-example.ts';
import { PaymentWorld } from './payment-world.ts';

const IDS = ['KZ-1-1001', 'KZ-1-1002', 'KZ-1-CARRIER', 'KZ-1R2-1001', 'KZ-9-7'];

const ENTRY = fc.record({
  amount: fc.constantFrom('1935', '10', '5000', '1945', '7'),
  direction: fc.constantFrom('DBIT', 'DBIT', 'CRDT'),
  reference: fc.constantFrom('', 'A', 'B', 'C'),
  names: fc.constantFrom(...IDS, 'KZ-1', 'KZ-1R2', ''),
});
const STEP = fc.oneof(
  { weight: 4, arbitrary: fc.array(ENTRY, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(...IDS, 'KZ-1', 'order again') },
);

it('whatever a bank tells, the float moves by what it booked, once, and the books add up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 6 }), async (steps) => {
      const world = await PaymentWorld.openOrdered();
      try {
        await story(world, steps);
      } finally {
        await world.scenario.remove();
      }
    }),
    // Five hundred were run when it was written.
    { numRuns: 8 },
  );
}, 60_000);

type Entry = typeof ENTRY extends fc.Arbitrary<infer Value> ? Value : never;
type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never;

async function story(world: PaymentWorld, steps: readonly Step[]): Promise<void> {
  const { settlement, carrier } = world.scenario.backend;
  for (const [index, step] of steps.entries()) {
    if (step === 'order again') {
      await reorderPayments(settlement, { windowNumber: 1 });
    } else if (typeof step === 'string') {
      await world.take(rejectionOf(step).replace('P-1', `P-${index}`));
    } else {
      await world.tell(step.map(entryOf), `S-${index}`);
    }
  }
  const booked = new Map<string, number>();
  for (const [index, entry] of steps
    .flatMap((step) => (typeof step === 'string' ? [] : step))
    .entries()) {
    const { reference, direction, amount, names } = entry;
    const id = names.includes('-', 3) ? names : '';
    const change = Number(amount) * (direction === 'CRDT' ? 1 : -1);
    booked.set(reference === '' ? `${index}` : [reference, change, id].join(' '), change);
  }
  const { float = 0 } = await world.books();
  expect(float).toBe([...booked.values()].reduce((sum, change) => sum + change, 0));
  expect(await world.scenario.count('SELECT sum(amount_yen) FROM entry')).toBe(0);
  expect((await carrier.position()).total).toBe(0);
  expect(await closeWindow(settlement)).toMatchObject({ result: 'closed' });
}

function rejectionOf(id: string): string {
  if (id === 'KZ-1') return statusReportExample('RJCT', [], 'AG01');
  return statusReportExample('PART', [{ endToEndId: id, status: 'RJCT', reason: 'AC01' }]);
}

function entryOf({ amount, direction, reference, names }: Entry): EntryExample {
  const isInstruction = names !== '' && !names.includes('-', 3);
  return {
    amount,
    direction,
    ...(reference === '' ? {} : { reference }),
    ...(isInstruction ? { batch: names } : {}),
    ...(names === '' || isInstruction ? {} : { payments: [{ endToEndId: names }] }),
  };
}
