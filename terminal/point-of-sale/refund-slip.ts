import type { TerminalConfig } from '../config.ts';
import type { RefundNotice } from '../debit/refund.ts';
import { cardNameOf } from './outcome-text.ts';
import { receiptText } from './receipt.ts';

/** The slip of each refund that the card was given. */
export function refundSlips(
  notices: readonly RefundNotice[],
  { terminalId, merchantName }: Pick<TerminalConfig, 'terminalId' | 'merchantName'>,
): readonly string[] {
  return notices.flatMap((notice) => {
    if (notice.result !== 'given') return [];
    const { intent, resolution } = notice;
    const cardName = cardNameOf(intent);
    return receiptText({
      ...intent,
      terminalId,
      merchantName,
      cardName,
      resolution,
      isRefund: true,
    });
  });
}
