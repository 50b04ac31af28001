import type { JudgedRecord } from './record-fate.ts';

/** What an account gains (positive) or gives (negative) by one cause, in yen. */
export type Legs = ReadonlyMap<string, number>;

export interface Rates {
  readonly feeBasisPoints: number;
  readonly commissionBasisPoints: number;
}

/** What the rows of a posted batch must say: the sums of its records by their fate. */
export interface BatchSums {
  readonly loads: number;
  readonly debits: number;
  readonly voids: number;
  readonly heldLoads: number;
  readonly heldDebits: number;
  readonly heldVoids: number;
  readonly unpaidCount: number;
  readonly fee: number;
  readonly commission: number;
}

export function batchSums(judged: readonly JudgedRecord[], rates: Rates): BatchSums {
  const sumOf = (fate: string, kind: string): number =>
    judged
      .filter((each) => each.fate === fate && each.record.kind === kind)
      .reduce((sum, { record }) => sum + record.amount, 0);
  const debits = sumOf('accepted', 'debit');
  const voids = sumOf('accepted', 'void');
  // What is given back in a batch takes its fee with it, as far as the batch has sales.
  const charged = Math.max(0, debits - voids);
  return {
    loads: sumOf('accepted', 'load'),
    debits,
    voids,
    heldLoads: sumOf('held', 'load'),
    heldDebits: sumOf('held', 'debit'),
    heldVoids: sumOf('held', 'void'),
    unpaidCount: judged.filter(({ fate }) => fate === 'unpaid').length,
    fee: rounded(charged, rates.feeBasisPoints),
    commission: rounded(charged, rates.commissionBasisPoints),
  };
}

/** The transfers of a posted batch, by reference. One that moves nothing is not there. */
export function batchTransfers(
  reference: string,
  merchantId: number,
  sums: BatchSums,
): ReadonlyMap<string, Legs> {
  const { loads, voids, debits, heldLoads, heldVoids, heldDebits } = sums;
  return moving([
    [`${reference}:load`, loadLegs(merchantId, loads)],
    [`${reference}:void`, voidLegs(merchantId, voids)],
    [`${reference}:debit`, [['card-liability', debits], ...saleLegs(merchantId, debits, sums)]],
    [
      `${reference}:hold`,
      [
        [`load-receivable:${merchantId}`, heldLoads],
        [`void-receivable:${merchantId}`, heldVoids],
        ['card-liability', heldDebits],
        ['suspense', -(heldLoads + heldVoids + heldDebits)],
      ],
    ],
  ]);
}

/** What the end of a held or interrupted record moves; nothing for one that is still open. */
export function resolutionTransfers(
  { record, fate, outcome }: JudgedRecord,
  merchantId: number,
  rates: Rates,
): ReadonlyMap<string, Legs> {
  const reference = `resolution:${record.samId}:${record.samNumber}`;
  const { kind, amount } = record;
  const isReleased = outcome === 'released';
  if (outcome === undefined || fate === 'accepted' || fate === 'unpaid') return new Map();
  if (fate === 'interrupted' && !isReleased) return new Map();
  const fees = {
    fee: rounded(amount, rates.feeBasisPoints),
    commission: rounded(amount, rates.commissionBasisPoints),
  };
  const sale = saleLegs(merchantId, amount, fees);
  if (fate === 'interrupted') {
    return moving([[`${reference}:${kind}`, reportedLegs(kind, merchantId, { amount, sale })]]);
  }
  if (isReleased) {
    const paid = kind === 'debit' ? sale : [['card-liability', -amount] as const];
    return moving([[reference, [['suspense', amount], ...paid]]]);
  }
  const back = kind === 'debit' ? 'card-liability' : `${kind}-receivable:${merchantId}`;
  return moving([
    [
      reference,
      [
        ['suspense', amount],
        [back, -amount],
      ],
    ],
  ]);
}

/** What a record has put on its card, or taken from it, by the issuer's word. */
export function shadowChange({ record, fate, outcome }: JudgedRecord): number {
  const { kind, amount } = record;
  const isPaid = fate === 'accepted' || outcome === 'released';
  if (kind !== 'debit') return isPaid ? amount : 0;
  // A held debit is gone from its card until another report of the write counts.
  const isHeldStill = fate === 'held' && outcome === undefined;
  return isPaid || isHeldStill ? -amount : 0;
}

/** One text for legs in any order, to be compared. */
export function legsText(legs: Legs): string {
  return [...legs]
    .filter(([, amount]) => amount !== 0)
    .map(([account, amount]) => `${account} ${amount}`)
    .sort((first, second) => (first < second ? -1 : 1))
    .join(', ');
}

type LegList = readonly (readonly [string, number])[];

function reportedLegs(
  kind: JudgedRecord['record']['kind'],
  merchantId: number,
  { amount, sale }: { readonly amount: number; readonly sale: LegList },
): LegList {
  if (kind === 'debit') return [['card-liability', amount], ...sale];
  return kind === 'load' ? loadLegs(merchantId, amount) : voidLegs(merchantId, amount);
}

function loadLegs(merchantId: number, amount: number): LegList {
  return [
    [`load-receivable:${merchantId}`, amount],
    ['card-liability', -amount],
  ];
}

function voidLegs(merchantId: number, amount: number): LegList {
  return [
    [`void-receivable:${merchantId}`, amount],
    ['card-liability', -amount],
  ];
}

function saleLegs(
  merchantId: number,
  gross: number,
  { fee, commission }: { readonly fee: number; readonly commission: number },
): LegList {
  return [
    [`merchant-payable:${merchantId}`, fee - gross],
    ['fee-income', commission - fee],
    ['commission-payable', -commission],
  ];
}

function moving(transfers: readonly (readonly [string, LegList])[]): ReadonlyMap<string, Legs> {
  const moved = new Map<string, Legs>();
  for (const [reference, list] of transfers) {
    const legs = new Map<string, number>();
    for (const [account, amount] of list) legs.set(account, (legs.get(account) ?? 0) + amount);
    if (legsText(legs) !== '') moved.set(reference, legs);
  }
  return moved;
}

/** Fees are rounded down to whole yen. */
function rounded(amount: number, basisPoints: number): number {
  return Number((BigInt(amount) * BigInt(basisPoints)) / 10_000n);
}
