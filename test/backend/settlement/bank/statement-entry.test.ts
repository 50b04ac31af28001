import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumSignedYen } from '#units';
import { readBankStatement } from '../../../../backend/settlement/bank/bank-statement.ts';
import {
  type BankMovement,
  changeOf,
} from '../../../../backend/settlement/bank/statement-entry.ts';
import { type EntryExample, statementExample } from './statement-example.ts';

async function movementsIn(...entries: readonly EntryExample[]): Promise<readonly BankMovement[]> {
  const reading = await readBankStatement([new TextEncoder().encode(statementExample(entries))]);
  return reading.result === 'read' ? reading.statements.flatMap(({ movements }) => movements) : [];
}

describe('the movements of an entry', () => {
  it('sum to it, however many payments it has', async () => {
    const amounts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(amounts, fc.constantFrom('CRDT', 'DBIT'), async (parts, direction) => {
        const total = parts.reduce((sum, part) => sum + part, 0);
        const payments = parts.map((amount) => ({ amount: String(amount) }));
        const movements = await movementsIn({ amount: String(total), direction, payments });
        expect(movements).toHaveLength(parts.length);
        const change = sumSignedYen(movements.map(changeOf));
        expect(Math.abs(change)).toBe(total);
        expect(change <= 0).toBe(direction === 'DBIT' || total === 0);
      }),
      { numRuns: 30 },
    );
  });

  it('is one that names its file, where the bank booked it in one sum', async () => {
    expect(await movementsIn({ amount: '5', reference: 'B-1', batch: 'KZ-1' })).toMatchObject([
      { bankReference: 'B-1', endToEndId: undefined, instructionId: 'KZ-1', amount: 5 },
    ]);
  });

  it('have the references of their own before that of the entry', async () => {
    const payments = [{ reference: 'P-1', amount: '2' }, { amount: '3' }];
    expect(await movementsIn({ amount: '5', reference: 'B-1', payments })).toMatchObject([
      { bankReference: 'P-1' },
      { bankReference: 'B-1/2' },
    ]);
    expect(await movementsIn({ amount: '5', payments: [{}] })).toMatchObject([
      { bankReference: undefined, amount: 5 },
    ]);
  });
});
