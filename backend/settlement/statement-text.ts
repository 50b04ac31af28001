import { formatYen } from '#units';
import type { CarrierStatement, MerchantStatement } from './statement.ts';

/** A merchant's statement as lines that a person reads. */
export function merchantStatementText(statement: MerchantStatement): readonly string[] {
  const { findings, adjustments } = statement;
  return [
    `${statement.name} (${statement.merchantId}), ${heading(statement)}`,
    `  batches          ${statement.batchCount}`,
    `  sales            ${statement.saleCount}, ${formatYen(statement.grossSales)}`,
    `  fee              ${formatYen(statement.fee)}`,
    `  sales net        ${formatYen(statement.salesNet)}`,
    `  loads collected  ${statement.loadCount}, ${formatYen(statement.loadsCollected)}`,
    `  voids            ${statement.voidCount}, ${formatYen(statement.voids)}`,
    ...(adjustments === 0 ? [] : [`  adjustments      ${formatYen(adjustments)}`]),
    `  net              ${formatYen(statement.net)}`,
    `  held             ${statement.heldCount}, ${formatYen(statement.heldAmount)}`,
    `  not paid         ${statement.unpaidCount}`,
    ...findings.map(
      ({ terminalId, batchNumber, samNumber, verdict, reason, kind, amount, card }) =>
        `    terminal ${terminalId} batch ${batchNumber} SAM number ${samNumber}, card …${card}: ` +
        `${kind} of ${amount} yen ${verdict}, ${reason}`,
    ),
  ];
}

/** The carrier's statement as lines that a person reads. */
export function carrierStatementText(statement: CarrierStatement): readonly string[] {
  return [
    `Carrier, ${heading(statement)}`,
    `  gross sales  ${formatYen(statement.grossSales)}`,
    `  fee          ${formatYen(statement.fee)}`,
    `  commission   ${formatYen(statement.commission)}`,
    ...statement.merchants.map(
      ({ merchantId, grossSales, commission }) =>
        `    merchant ${merchantId}: ${formatYen(commission)} of ${formatYen(grossSales)}`,
    ),
  ];
}

function heading({
  windowNumber,
  businessDate,
  state,
}: Pick<CarrierStatement, 'windowNumber' | 'businessDate' | 'state'>): string {
  return `window ${windowNumber} of ${businessDate}, ${state}`;
}
