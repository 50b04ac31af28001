import { businessDateOf, type EpochMs } from '#units';

declare const billMonthUnit: unique symbol;

/** A month of phone bills in Japan time, as `2026-11`. */
export type BillMonth = string & { readonly [billMonthUnit]: 'BillMonth' };

export function billMonthOf(instant: EpochMs): BillMonth {
  return businessDateOf(instant).slice(0, 7) as BillMonth;
}

/** `undefined` for a text that is no month. */
export function parseBillMonth(text: string): BillMonth | undefined {
  return /^20\d\d-(?:0[1-9]|1[0-2])$/.test(text) ? (text as BillMonth) : undefined;
}
