import { type BusinessDate, formatYen } from '#units';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome } from './outcome-text.ts';
import { reportDeposit } from './settlement/report-deposit.ts';

/** `kazasu backend deposit-report`. */
export async function depositReport(
  { settlement }: Backend,
  { baseDate }: { readonly baseDate: BusinessDate },
): Promise<Outcome> {
  const reported = await reportDeposit(settlement, baseDate);
  if (reported.result === 'refused') return refusedOutcome(reported);
  const { result, report } = reported;
  const word = result === 'made' ? 'is kept from now on' : 'is what was reported before';
  return {
    json: { result, ...report },
    lines: [
      `The report of ${baseDate} ${word}.`,
      `  owed to cards    ${formatYen(report.cardLiability)}`,
      `  held             ${formatYen(report.suspense)}`,
      `  unused together  ${formatYen(report.unused)}`,
      `  deposit          ${formatYen(report.deposit)}, until ${report.payableUntil}`,
      `  computed from ${report.transferCount} transfers, ${report.booksHash}`,
    ],
  };
}
