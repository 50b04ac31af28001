import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readBankStatement,
  type StatementReading,
} from '../../../../backend/settlement/bank/bank-statement.ts';
import { notificationExample, statementExample } from './statement-example.ts';

const GOOD = statementExample(
  [
    {
      amount: '968001',
      reference: 'B-1',
      batch: 'KZ-1',
      payments: [
        { endToEndId: 'KZ-1-1001', amount: '968000.00' },
        { endToEndId: 'KZ-1-1002', amount: '1' },
      ],
    },
    {
      amount: '1',
      direction: 'CRDT',
      reference: 'B-2',
      isReversal: true,
      payments: [{ endToEndId: 'KZ-1-1002', returnReason: 'AC01' }],
    },
    { amount: '500', status: 'PDNG', payments: [{ endToEndId: 'NOTPROVIDED' }] },
  ],
  [2_000_000, 1_032_000],
);

function read(text: string): Promise<StatementReading> {
  return readBankStatement([new TextEncoder().encode(text)]);
}

describe('a camt.053', () => {
  it('is read with each payment of an entry for itself', async () => {
    const reading = await read(GOOD);
    expect(reading).toMatchObject({
      result: 'read',
      statements: [{ kind: 'statement', statementId: 'S-20261125', accountNumber: '1234567' }],
    });
    const [statement] = reading.result === 'read' ? reading.statements : [];
    expect(statement?.movements).toEqual([
      {
        kind: 'statement',
        bankReference: 'B-1/1',
        endToEndId: 'KZ-1-1001',
        instructionId: 'KZ-1',
        amount: 968_000,
        direction: 'debit',
        isReturn: false,
        returnReason: undefined,
        isBooked: true,
        bookedOn: '2026-11-25',
      },
      expect.objectContaining({ bankReference: 'B-1/2', endToEndId: 'KZ-1-1002', amount: 1 }),
      expect.objectContaining({ direction: 'credit', isReturn: true, returnReason: 'AC01' }),
      expect.objectContaining({ isBooked: false, endToEndId: undefined, amount: 500 }),
    ]);
  });

  it('is read the same in pieces of any length', async () => {
    const bytes = new TextEncoder().encode(GOOD.replace('NTRF', '振込'));
    const whole = await readBankStatement([bytes]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (length) => {
        const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
          bytes.subarray(index * length, (index + 1) * length),
        );
        expect(await readBankStatement(pieces)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    expect(whole.result).toBe('read');
  });

  it('is refused whole where it does not add up', async () => {
    const faultIn = async (from: string | RegExp, to: string): Promise<string | undefined> => {
      expect(GOOD.replace(from, to)).not.toBe(GOOD);
      const reading = await read(GOOD.replace(from, to));
      return reading.result === 'refused' ? reading.detail : undefined;
    };
    expect(await faultIn('968000.00', '967999')).toBe('payments that do not sum to their entry');
    expect(await faultIn('>1032000<', '>1032001<')).toBe('balances that do not add up');
    expect(await faultIn('968000.00', '968000.50')).toBe('an amount not in yen');
    expect(await faultIn('Ccy="JPY">968001', 'Ccy="USD">968001')).toBe('an amount not in yen');
    expect(await faultIn('>968001<', '>-968001<')).toBe('an amount not in yen');
    expect(await faultIn('<CdtDbtInd>DBIT', '<CdtDbtInd>BOTH')).toBe('neither credit nor debit');
    expect(await faultIn('<BookgDt><Dt>2026-11-25', '<BookgDt><Dt>2026-11-31')).toBe(
      'a day that does not exist',
    );
    expect(await faultIn('<Amt Ccy="JPY">968001</Amt>', '')).toBe(
      'an entry without amount or direction',
    );
    expect(await faultIn(/<AmtDtls><TxAmt><Amt Ccy="JPY">1<.*?<\/AmtDtls>/, '')).toBe(
      'a payment of several without its amount',
    );
    expect(await faultIn('<Id>S-20261125</Id>', '')).toBe('a statement without id');
    expect(await faultIn(/<CdtDbtInd>CRDT<\/CdtDbtInd><Dt>/, '<Dt>')).toBe(
      'a balance without amount or direction',
    );
    expect(await faultIn('camt.053.001.02', 'camt.052.001.02')).toBe(
      'neither camt.053, camt.054 nor pain.002',
    );
    expect(await faultIn('camt.053.001.02', 'camt.053.001.01')).toBe(
      'neither camt.053, camt.054 nor pain.002',
    );
    expect(await faultIn(/<Stmt>[\s\S]*<\/Stmt>/, '')).toBe('no statement in it');
  });

  it('that ends too early is refused at any byte', async () => {
    const bytes = new TextEncoder().encode(GOOD);
    for (let length = 0; length < bytes.length; length += 13) {
      expect((await readBankStatement([bytes.subarray(0, length)])).result).toBe('refused');
    }
  });

  it('whose bytes are broken is read or refused, and never throws', async () => {
    const bytes = new TextEncoder().encode(GOOD);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (place, value) => {
        const broken = Uint8Array.from(bytes);
        broken[place] = value;
        expect(['read', 'refused']).toContain((await readBankStatement([broken])).result);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a camt.054', () => {
  it('is read, of a later version too', async () => {
    expect(
      await read(
        notificationExample([
          { amount: '500', reference: 'B-9', payments: [{ endToEndId: 'KZ-1-1001' }] },
        ]),
      ),
    ).toMatchObject({
      result: 'read',
      statements: [
        {
          kind: 'notification',
          movements: [{ amount: 500, isBooked: true, endToEndId: 'KZ-1-1001', direction: 'debit' }],
        },
      ],
    });
  });
});
