import type { KeyObject } from 'node:crypto';
import { decodeHotList, type HotList, isHotList } from '#hotlist/hotlist';
import { applyDelta, decodeDelta, type HotListDelta } from '#hotlist/hotlist-delta';
import { verifyHotListSignature } from '#hotlist/hotlist-signature';

/** In the order in which they are looked for (terminal/README.md). */
export type HotListFault =
  /** Neither a whole list nor a delta in the one spelling of the format. */
  | 'HOTLIST_MALFORMED'
  | 'HOTLIST_FOREIGN'
  | 'HOTLIST_SIGNATURE_WRONG'
  /** A delta, and the list before it is not here: the whole list is needed. */
  | 'HOTLIST_GAP'
  /** A delta that does not change this list into one that the issuer signed: the same. */
  | 'HOTLIST_UNFIT';

export type HotListImport =
  | { readonly result: 'imported'; readonly list: HotList }
  /** Not newer than what is here: a repeat, or an old file. Nothing is changed. */
  | { readonly result: 'ignored'; readonly sequence: number }
  | { readonly result: 'refused'; readonly reason: HotListFault; readonly detail: string };

/** Whose lists a terminal believes. */
export interface HotListIssuer {
  readonly issuerId: number;
  readonly publicKey: KeyObject;
}

/** What the bytes of a file make of the list that is here. Touches nothing. */
export function importHotList(
  current: HotList | undefined,
  bytes: Uint8Array,
  issuer: HotListIssuer,
): HotListImport {
  return isHotList(bytes)
    ? importWhole(current, bytes, issuer)
    : importDelta(current, bytes, issuer);
}

function importWhole(
  current: HotList | undefined,
  bytes: Uint8Array,
  { issuerId, publicKey }: HotListIssuer,
): HotListImport {
  const decoded = decodeHotList(bytes);
  if (decoded.result === 'refused') return refused('HOTLIST_MALFORMED', decoded.field);
  const { list } = decoded;
  if (list.issuerId !== issuerId) return foreign(list.issuerId, issuerId);
  if (!verifyHotListSignature(publicKey, list)) return wrongSignature();
  const isNewer = current === undefined || list.sequence > current.sequence;
  return isNewer ? { result: 'imported', list } : ignored(list.sequence);
}

function importDelta(
  current: HotList | undefined,
  bytes: Uint8Array,
  { issuerId, publicKey }: HotListIssuer,
): HotListImport {
  const decoded = decodeDelta(bytes);
  if (decoded.result === 'refused') return refused('HOTLIST_MALFORMED', decoded.field);
  const { delta } = decoded;
  if (delta.issuerId !== issuerId) return foreign(delta.issuerId, issuerId);
  if (!verifyHotListSignature(publicKey, delta)) return wrongSignature();
  if (current !== undefined && delta.sequence <= current.sequence) return ignored(delta.sequence);
  if (current === undefined || delta.sequence > current.sequence + 1) {
    const here = current === undefined ? 'no list' : `list ${current.sequence}`;
    return refused('HOTLIST_GAP', `expected list ${delta.sequence - 1} here, got ${here}`);
  }
  return applySigned(current, delta, publicKey);
}

function applySigned(current: HotList, delta: HotListDelta, publicKey: KeyObject): HotListImport {
  const applied = applyDelta(current, delta);
  if (applied.result === 'unfit') return refused('HOTLIST_UNFIT', applied.field);
  const decoded = decodeHotList(applied.bytes);
  if (decoded.result === 'refused') return refused('HOTLIST_UNFIT', decoded.field);
  return verifyHotListSignature(publicKey, decoded.list)
    ? { result: 'imported', list: decoded.list }
    : refused('HOTLIST_UNFIT', 'the issuer signed another list');
}

function ignored(sequence: number): HotListImport {
  return { result: 'ignored', sequence };
}

function foreign(issuerId: number, expected: number): HotListImport {
  return refused('HOTLIST_FOREIGN', `expected issuer ${expected}, got ${issuerId}`);
}

function wrongSignature(): HotListImport {
  return refused('HOTLIST_SIGNATURE_WRONG', 'not signed with the key of issuer-public.pem');
}

function refused(reason: HotListFault, detail: string): HotListImport {
  return { result: 'refused', reason, detail };
}
