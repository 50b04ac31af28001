import { describe, expect, it } from 'vitest';
import { readBankStatement } from '../../../../backend/settlement/bank/bank-statement.ts';
import { statusReportExample } from './statement-example.ts';

async function rejectionsIn(text: string): Promise<unknown> {
  const reading = await readBankStatement([new TextEncoder().encode(text)]);
  return reading.result === 'read' ? reading.rejections : reading.detail;
}

describe('a pain.002', () => {
  it('says which payments the bank refused, and why', async () => {
    const report = statusReportExample('PART', [
      { endToEndId: 'KZ-1-1001', status: 'RJCT', reason: 'AC01' },
      { endToEndId: 'KZ-1-CARRIER', status: 'ACSP' },
    ]);
    expect(await rejectionsIn(report)).toEqual([
      { instructionId: undefined, orderId: 'KZ-1-1001', reason: 'AC01' },
    ]);
  });

  it('refuses all of an instruction', async () => {
    expect(await rejectionsIn(statusReportExample('RJCT', [], 'NARR'))).toEqual([
      { instructionId: 'KZ-1', orderId: undefined, reason: 'NARR' },
    ]);
  });

  it('refuses nothing where the bank has had it before', async () => {
    expect(await rejectionsIn(statusReportExample('RJCT', [], 'DU01'))).toEqual([]);
    const again = { endToEndId: 'KZ-1-1001', status: 'RJCT', reason: 'AM05' };
    expect(await rejectionsIn(statusReportExample('PART', [again]))).toEqual([]);
  });

  it('is refused where it says of nobody that he is refused, or is not whole', async () => {
    expect(await rejectionsIn(statusReportExample('PART', [{ status: 'RJCT' }]))).toBe(
      'a rejection of no payment',
    );
    const report = statusReportExample('RJCT', []);
    expect(await rejectionsIn(report.replace('<OrgnlMsgId>KZ-1</OrgnlMsgId>', ''))).toBe(
      'a rejection of no instruction',
    );
    expect(await rejectionsIn(report.replace('<MsgId>P-1</MsgId>', ''))).toBe(
      'a report without id',
    );
    expect(await rejectionsIn(report.replace('pain.002.001.03', 'pain.002.001.01'))).toBe(
      'neither camt.053, camt.054 nor pain.002',
    );
  });
});
