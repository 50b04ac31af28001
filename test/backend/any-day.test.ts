import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnsealedRecord } from '#batch/record';
import { closeWindow } from '../../backend/settlement/close-window.ts';
import { later, Scenario, type TestCard, type TestTerminal } from './scenario.ts';
import { settleSigned } from './settlement/signed-window.ts';

/** What a terminal may do to a card, and what it reports of it. */
const STEP = fc.record({
  terminal: fc.nat(3),
  card: fc.nat(2),
  amount: fc.integer({ min: 0, max: 700 }),
  report: fc.constantFrom(
    'true',
    'true',
    'true',
    'uncertified',
    'lying certificate',
    'broken seal',
    'again',
    'lost',
  ),
  next: fc.constantFrom('go on', 'go on', 'close', 'verify', 'close window', 'settle', 'wait'),
});

describe('the money of any sequence of reports', () => {
  it('is in the books, on the cards or in suspense, and nowhere twice', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 40 }), async (steps) => {
        const scenario = await Scenario.open();
        try {
          await story(scenario, steps);
        } finally {
          await scenario.remove();
        }
      }),
      { numRuns: 25 },
    );
  });
});

type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never;

async function story(scenario: Scenario, steps: readonly Step[]): Promise<void> {
  await scenario.addMerchant(1002, { feeRate: 1_000, commissionRate: 1_000 });
  const terminals = [
    await scenario.terminal(1, 'load'),
    await scenario.terminal(2),
    await scenario.terminal(3, 'pos', { merchantId: 1002 }),
    await scenario.terminal(4, 'load', { merchantId: 1002 }),
  ];
  const cards = [await scenario.card(1), await scenario.card(2), await scenario.card(3, 0)];
  for (const { terminal, card, amount, report, next } of steps) {
    tell(terminals[terminal]!, cards[card]!, { amount, report });
    if (next !== 'go on') await closeBatches(scenario, terminals);
    if (next === 'verify') await scenario.backend.verifier.verifyPending();
    if (next === 'wait') scenario.clock = later(scenario.clock, 8);
    if (next === 'close window' || next === 'settle') await close(scenario);
    if (next === 'settle') await settleSigned(scenario.backend, 1);
  }
  await closeBatches(scenario, terminals);
  await close(scenario);
  const sums = await scenario.backend.database.all(
    'SELECT sum(amount_yen) AS total FROM entry GROUP BY transfer_id',
  );
  expect(sums.every(({ total }) => total === 0)).toBe(true);
  const counted = await scenario.count(
    "SELECT (SELECT count(*) FROM record) + (SELECT count(*) FROM finding WHERE verdict <> 'held')",
  );
  expect(counted).toBe(
    terminals.reduce((sum, { samNumber }) => sum + samNumber, 0) - lostOf(terminals),
  );
}

function tell(
  terminal: TestTerminal,
  card: TestCard,
  { amount, report }: Pick<Step, 'amount' | 'report'>,
): void {
  const isLoad = terminal.terminalId === 1 || terminal.terminalId === 4;
  if (!isLoad && card.balance < amount) return;
  const { counter, balance } = card;
  terminal.write(card, amount, CHANGE_BY_REPORT[report] ?? {});
  if (report === 'broken seal') breakSeal(terminal);
  if (report === 'lost') lose(terminal);
  if (report !== 'again') return;
  Object.assign(card, { counter, balance });
  terminal.write(card, amount);
}

const CHANGE_BY_REPORT: Readonly<Record<string, Partial<UnsealedRecord>>> = {
  uncertified: { certificate: undefined },
  'lying certificate': { certificate: new Uint8Array(8) },
};

function breakSeal(terminal: TestTerminal): void {
  const last = terminal.records.pop();
  if (last !== undefined) terminal.records.push({ ...last, samMac: new Uint8Array(16) });
}

const LOST = new WeakMap<TestTerminal, number>();

/** The journal lost its newest record; a batch in front of the gap has to be closed by itself. */
function lose(terminal: TestTerminal): void {
  if (terminal.records.length > 1) return;
  terminal.records = [];
  LOST.set(terminal, (LOST.get(terminal) ?? 0) + 1);
}

function lostOf(terminals: readonly TestTerminal[]): number {
  return terminals.reduce((sum, terminal) => sum + (LOST.get(terminal) ?? 0), 0);
}

async function closeBatches(scenario: Scenario, terminals: readonly TestTerminal[]): Promise<void> {
  for (const terminal of terminals) {
    if (terminal.records.length === 0) continue;
    const receipt = await scenario.backend.receiver.receiveBatch(
      terminal.terminalId,
      terminal.close(),
    );
    expect(receipt.result).toBe('stored');
  }
}

async function close(scenario: Scenario): Promise<void> {
  const closed = await closeWindow(scenario.backend.settlement);
  expect(closed).toMatchObject({ result: 'closed' });
  if (closed.result !== 'closed') return;
  const { figures } = closed;
  expect(figures.issuerTotal).toBe(0);
  expect(figures.cardShadow).toBe(figures.cardLiability);
  expect(figures.float + figures.loadReceivable).toBe(
    figures.cardShadow +
      figures.heldRecords +
      figures.merchantPayable +
      figures.commissionPayable +
      figures.feeIncome,
  );
}
