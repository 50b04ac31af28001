import {
  type Authentication1Answered,
  answerAuthentication1V2,
  decodeAuthentication1V2Request,
  groupKeyOf,
} from '../felica/aes-authentication.ts';
import type { NodeCode } from '../felica/identifiers.ts';
import type { CardSystem } from './card-file-system.ts';

/** Between the answer to Authentication1 and Authentication2. */
export interface AuthenticationStarted {
  readonly answered: Authentication1Answered;
  readonly nodes: readonly NodeCode[];
}

const RANDOM_2_BYTES = 16;
const RANDOM_3_BYTES = 4;

/** Answers Authentication1 v2; `undefined` is silence, for a list that no session can have. */
export function startAuthentication(
  frame: Uint8Array,
  card: {
    readonly system: CardSystem;
    readonly individualKey: Uint8Array;
    readonly random: (byteCount: number) => Uint8Array;
  },
): { readonly response: Uint8Array; readonly started: AuthenticationStarted } | undefined {
  const { system, individualKey, random } = card;
  const request = decodeAuthentication1V2Request(frame);
  if (request === undefined) return undefined;
  const keys = keysOfNodes(system, request.nodes);
  if (keys === undefined) return undefined;
  const { response, state } = answerAuthentication1V2({
    idm: system.idm,
    request,
    credentials: { groupKey: groupKeyOf(keys), individualKey },
    random2: random(RANDOM_2_BYTES),
    random3: random(RANDOM_3_BYTES),
  });
  return { response, started: { answered: state, nodes: request.nodes } };
}

/**
 * The keys that a reader must know to open all these nodes. A service without a key adds none and
 * stands after all nodes that have one, and at least one node has a key: the rules of the older
 * scheme, the only ones described so far.
 */
function keysOfNodes(
  system: CardSystem,
  nodes: readonly NodeCode[],
): readonly Uint8Array[] | undefined {
  if (!nodes.every((code) => system.keyVersions.has(code))) return undefined;
  const keys = nodes.map((code) => system.nodeKeys.get(code));
  const keyed = keys.filter((key) => key !== undefined);
  const areKeyedFirst = keys.slice(0, keyed.length).every((key) => key !== undefined);
  return keyed.length > 0 && areKeyedFirst ? keyed : undefined;
}
