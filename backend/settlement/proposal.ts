import { type KeyObject, sign, verify } from 'node:crypto';
import {
  type BusinessDate,
  type EpochMs,
  type SignedYen,
  subtractYen,
  sumYen,
  type Yen,
} from '#units';
import { type MerchantTotal, netOf } from './merchant-total.ts';

/** Issuer and carrier: a window is paid when both have signed what it means. */
export type Party = 'issuer' | 'carrier';
export const PARTY_COUNT = 2;

/** What a closed window means for everybody who takes part in it. */
export interface Proposal {
  readonly issuerId: number;
  readonly windowNumber: number;
  readonly businessDate: BusinessDate;
  readonly closedAt: EpochMs;
  readonly totals: readonly MerchantTotal[];
}

/** Its first line: nothing else that the same keys sign begins with it. */
const HEADING = 'Kazasu settlement proposal, version 1';

/**
 * The one form that is signed: lines of ASCII, each ended by LF, merchants in the order of their ids.
 * The last line says how the sales are divided; its parts sum to the first.
 */
export function proposalBytes(proposal: Proposal): Uint8Array {
  const { issuerId, windowNumber, businessDate, closedAt, totals } = proposal;
  const inOrder = [...totals].sort((first, second) => first.merchantId - second.merchantId);
  const lines = [
    HEADING,
    `issuer ${issuerId} window ${windowNumber} of ${businessDate} closed ${closedAt}`,
    ...inOrder.map(merchantLine),
    shareLine(inOrder),
  ];
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

/** What the carrier is owed by the proposal. */
export function commissionOf({ totals }: Pick<Proposal, 'totals'>): Yen {
  return sumYen(totals.map(({ commission }) => commission));
}

/** Ed25519 (RFC 8032) over the bytes as they are. */
export function signProposal(privateKey: KeyObject, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, bytes, privateKey));
}

export function isProposalSigned(
  publicKey: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(null, bytes, publicKey, signature);
}

function merchantLine(total: MerchantTotal): string {
  const { merchantId, grossSales, fee, commission, loadsCollected, voids, adjustments } = total;
  const net: SignedYen = netOf(total);
  // Without one the line is what it was before there were any: what was signed stays signed.
  const adjusted = adjustments === 0 ? '' : `adjustments ${adjustments} `;
  return (
    `merchant ${merchantId} sales ${grossSales} fee ${fee} commission ${commission} ` +
    `loads ${loadsCollected} voids ${voids} ${adjusted}net ${net}`
  );
}

function shareLine(totals: readonly MerchantTotal[]): string {
  const sales = sumYen(totals.map(({ grossSales }) => grossSales));
  const fee = sumYen(totals.map((total) => total.fee));
  const commission = commissionOf({ totals });
  const merchants = subtractYen(sales, fee);
  const issuer = subtractYen(fee, commission);
  return `sales ${sales} merchants ${merchants} carrier ${commission} issuer ${issuer}`;
}
