import { clean, concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import { AUTHENTICATION_NODES_MAX, type IssueInformation } from './aes-authentication.ts';
import { xorBytes } from './aes-block.ts';
import { requireCount, requireLength } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  DES_BLOCK_BYTES,
  DES_KEY_BYTES,
  decryptTripleDes,
  encryptDes,
  encryptTripleDes,
} from './des-block.ts';
import { type DesSession, deriveDesSession, openDesFrame, sealDesFrame } from './des-messaging.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
  sameBytes,
} from './identifiers.ts';

/*
 * Mutual authentication of DES type, the older scheme. Its maker has not published it either: this is
 * the public description by independent implementations (SOURCES.md of the test vectors names them).
 */

export interface DesCredentials {
  /** See {@link desGroupKeyOf}. */
  readonly groupKey: Uint8Array;
  /** See {@link desUserKeyOf}. */
  readonly userKey: Uint8Array;
}

/** The keys under which the challenges pass. */
interface ChallengeKeys {
  readonly link: Uint8Array;
  readonly alpha: Uint8Array;
  readonly beta: Uint8Array;
}

/** The reader's state between Authentication1 and its answer. It holds secrets: do not log it. */
export interface DesAuthentication1Sent extends ChallengeKeys {
  readonly idm: IDm;
  readonly random1: Uint8Array;
}

/** The reader's state between Authentication2 and its answer. */
export interface DesAuthentication2Sent {
  readonly session: DesSession;
}

/** The card's state between its answer to Authentication1 and Authentication2. */
export interface DesAuthentication1Answered {
  readonly idm: IDm;
  readonly session: DesSession;
  readonly expectedC2B: Uint8Array;
}

export interface Authentication1Request {
  readonly idm: IDm;
  /** Areas, and FFFF for the system, whose keys make the group key. */
  readonly areas: readonly NodeCode[];
  /** What the session opens, in the order that block list elements count. */
  readonly services: readonly NodeCode[];
  readonly c1a: Uint8Array;
}

const SYSTEM_NODE = 0xffff;
const ISSUE_FIELD_BYTES = 8;
const AUTHENTICATION_2_TRANSACTION_NUMBER = 0;

/** Folds the keys of the areas into the system key, in the order of the request. */
export function desGroupKeyOf(systemKey: Uint8Array, areaKeys: readonly Uint8Array[]): Uint8Array {
  requireCount('area keys', areaKeys.length, 1, AUTHENTICATION_NODES_MAX);
  return fold(systemKey, areaKeys);
}

/** Folds the keys of the services that have one into the group key, in the order of the request. */
export function desUserKeyOf(groupKey: Uint8Array, nodeKeys: readonly Uint8Array[]): Uint8Array {
  requireCount('node keys', nodeKeys.length, 1, AUTHENTICATION_NODES_MAX);
  return fold(groupKey, nodeKeys);
}

/** Each key encrypts the value so far; the keys themselves never meet. */
function fold(first: Uint8Array, keys: readonly Uint8Array[]): Uint8Array {
  let value = requireLength('DES key', first, DES_KEY_BYTES);
  for (const key of keys) value = encryptDes(key, value);
  return value.slice();
}

/** Reader: the request of Authentication1. `random1` is 8 fresh random bytes. */
export function startDesAuthentication(start: {
  readonly idm: IDm;
  readonly areas: readonly NodeCode[];
  readonly services: readonly NodeCode[];
  readonly credentials: DesCredentials;
  readonly random1: Uint8Array;
}): { readonly request: Uint8Array; readonly state: DesAuthentication1Sent } {
  const { idm, areas, services, credentials, random1 } = start;
  requireCount('areas', areas.length, 1, AUTHENTICATION_NODES_MAX);
  requireCount('services', services.length, 1, AUTHENTICATION_NODES_MAX);
  const keys = challengeKeys(credentials, idm);
  const request = encodeAddressedPacket(
    CommandCode.authentication1,
    idm,
    Uint8Array.of(areas.length),
    ...areas.map(encodeNodeCode),
    Uint8Array.of(services.length),
    ...services.map(encodeNodeCode),
    encryptTripleDes(keys.alpha, keys.link, random1),
  );
  return { request, state: { idm, random1: random1.slice(), ...keys } };
}

/**
 * Reader: judges the answer to Authentication1 and gives the request of Authentication2.
 * `undefined` means a card that does not hold the keys, or no answer to our question at all.
 */
export function continueDesAuthentication(
  state: DesAuthentication1Sent,
  response: Uint8Array,
): { readonly request: Uint8Array; readonly state: DesAuthentication2Sent } | undefined {
  const { idm, random1, link, alpha, beta } = state;
  const answer = decodeAddressedPacket(response, responseCodeOf(CommandCode.authentication1));
  if (answer === undefined || !sameBytes(answer.idm, idm)) return undefined;
  if (answer.parameters.length !== 2 * DES_BLOCK_BYTES) return undefined;
  const c1b = answer.parameters.subarray(0, DES_BLOCK_BYTES);
  if (!equalBytes(encryptTripleDes(link, beta, random1), c1b)) return undefined;
  const random2 = decryptTripleDes(link, beta, answer.parameters.slice(DES_BLOCK_BYTES));
  const c2b = encryptTripleDes(alpha, link, random2);
  const session = deriveDesSession({ random1, random2 });
  clean(random2);
  return {
    request: encodeAddressedPacket(CommandCode.authentication2, idm, c2b),
    state: { session },
  };
}

/** Reader: opens the answer to Authentication2; `undefined` if the card could not seal it. */
export function finishDesAuthentication(
  { session }: DesAuthentication2Sent,
  response: Uint8Array,
): ({ readonly session: DesSession } & IssueInformation) | undefined {
  const message = openDesFrame(session, response);
  if (message?.code !== responseCodeOf(CommandCode.authentication2)) return undefined;
  if (message.transactionNumber !== AUTHENTICATION_2_TRANSACTION_NUMBER) return undefined;
  if (message.payload.length !== 2 * ISSUE_FIELD_BYTES) return undefined;
  return {
    session,
    idi: message.payload.slice(0, ISSUE_FIELD_BYTES),
    pmi: message.payload.slice(ISSUE_FIELD_BYTES),
  };
}

/**
 * Card: the request of Authentication1. Exact length, an area in front, and a service at least; what
 * the card has to know of its nodes is judged by the card.
 */
export function decodeAuthentication1Request(
  packet: Uint8Array,
): Authentication1Request | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.authentication1);
  if (decoded === undefined) return undefined;
  const { idm, parameters } = decoded;
  const areas = decodeCountedNodes(parameters);
  const services = areas && decodeCountedNodes(parameters.subarray(areas.byteCount));
  if (areas === undefined || services === undefined) return undefined;
  const nodesEnd = areas.byteCount + services.byteCount;
  if (areas.nodes[0] === SYSTEM_NODE) return undefined;
  if (parameters.length !== nodesEnd + DES_BLOCK_BYTES) return undefined;
  return { idm, areas: areas.nodes, services: services.nodes, c1a: parameters.slice(nodesEnd) };
}

function decodeCountedNodes(
  bytes: Uint8Array,
): { readonly nodes: readonly NodeCode[]; readonly byteCount: number } | undefined {
  const [count] = bytes;
  if (count === undefined || count === 0 || count > AUTHENTICATION_NODES_MAX) return undefined;
  const byteCount = 1 + count * NODE_CODE_BYTES;
  if (bytes.length < byteCount) return undefined;
  return { nodes: decodeNodeCodes(bytes.subarray(1, byteCount)), byteCount };
}

/**
 * Card: the answer to Authentication1. `random2` is 8 fresh random bytes.
 *
 * Nothing is judged here: a reader without the keys gets an answer too, and learns nothing from it.
 */
export function answerAuthentication1(answer: {
  readonly idm: IDm;
  readonly request: Authentication1Request;
  readonly credentials: DesCredentials;
  readonly random2: Uint8Array;
}): { readonly response: Uint8Array; readonly state: DesAuthentication1Answered } {
  const { idm, request, credentials, random2 } = answer;
  if (!sameBytes(idm, request.idm)) throw new RangeError('IDm: the request is for another card');
  const { link, alpha, beta } = challengeKeys(credentials, idm);
  const random1 = decryptTripleDes(alpha, link, request.c1a);
  const response = encodeAddressedPacket(
    responseCodeOf(CommandCode.authentication1),
    idm,
    encryptTripleDes(link, beta, random1),
    encryptTripleDes(link, beta, random2),
  );
  const session = deriveDesSession({ random1, random2 });
  const expectedC2B = encryptTripleDes(alpha, link, random2);
  clean(link, alpha, beta, random1);
  return { response, state: { idm, session, expectedC2B } };
}

/** Card: the answer to Authentication2; `undefined`, which is silence, for a reader without the keys. */
export function answerAuthentication2(
  state: DesAuthentication1Answered,
  packet: Uint8Array,
  { idi, pmi }: IssueInformation,
): { readonly response: Uint8Array; readonly session: DesSession } | undefined {
  requireLength('IDi', idi, ISSUE_FIELD_BYTES);
  requireLength('PMi', pmi, ISSUE_FIELD_BYTES);
  const decoded = decodeAddressedPacket(packet, CommandCode.authentication2);
  if (decoded === undefined || !sameBytes(decoded.idm, state.idm)) return undefined;
  if (!equalBytes(decoded.parameters, state.expectedC2B)) return undefined;
  const response = sealDesFrame({
    session: state.session,
    code: responseCodeOf(CommandCode.authentication2),
    transactionNumber: AUTHENTICATION_2_TRANSACTION_NUMBER,
    payload: concatBytes(idi, pmi),
  });
  return { response, session: state.session };
}

/** L binds the keys to this card, α and β to what the reader and the card send. */
function challengeKeys({ groupKey, userKey }: DesCredentials, idm: IDm): ChallengeKeys {
  requireLength('group key', groupKey, DES_KEY_BYTES);
  const link = xorBytes(groupKey, idm);
  const alpha = encryptDes(link, requireLength('user key', userKey, DES_KEY_BYTES));
  return { link, alpha, beta: encryptDes(alpha, link) };
}
