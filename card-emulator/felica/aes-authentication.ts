import { clean, concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import {
  AES_BLOCK_BYTES,
  AES_KEY_BYTES,
  decryptBlock,
  encryptBlock,
  xorBytes,
} from './aes-block.ts';
import { type AesSession, deriveAesSession, openAesFrame, sealAesFrame } from './aes-messaging.ts';
import { decodeU8, requireCount, requireLength } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
  sameBytes,
} from './identifiers.ts';

/*
 * Mutual authentication of AES type ("v2"). Its maker has not published it: what follows is the
 * public description by independent implementations (SOURCES.md of the test vectors names them). The
 * names C1A, C1B, C2A, C2B and C3C are theirs: challenge 1 from reader to card (A) and back (B), …
 */

export interface AesCredentials {
  /** Of the nodes in the order of the request, see {@link groupKeyOf}. */
  readonly groupKey: Uint8Array;
  /** Of this one card. */
  readonly individualKey: Uint8Array;
}

/** The reader's state between Authentication1 and its answer. It holds secrets: do not log it. */
export interface Authentication1Sent {
  readonly idm: IDm;
  readonly random1: Uint8Array;
  readonly alpha: Uint8Array;
  readonly beta: Uint8Array;
}

/** The reader's state between Authentication2 and its answer. */
export interface Authentication2Sent {
  readonly session: AesSession;
}

/** The card's state between its answer to Authentication1 and Authentication2. */
export interface Authentication1Answered {
  readonly idm: IDm;
  readonly session: AesSession;
  readonly expectedC2B: Uint8Array;
}

export interface Authentication1V2Request {
  readonly idm: IDm;
  readonly nodes: readonly NodeCode[];
  readonly c1a: Uint8Array;
}

/** Issue ID and issue parameter, 8 bytes each: told to an authenticated reader only. */
export interface IssueInformation {
  readonly idi: Uint8Array;
  readonly pmi: Uint8Array;
}

/** The limit of other readers' software; the packet itself would hold 113. */
export const AUTHENTICATION_NODES_MAX = 32;

const ISSUE_FIELD_BYTES = 8;
const CHALLENGE_3C_BYTES = 4;
/** The only value seen; what others would mean is not public. */
const OPERATION_PARAMETER = 0x00;
const REQUEST_HEADER_BYTES = 2;
const AUTHENTICATION_2_TRANSACTION_NUMBER = 0;

/** Folds the keys of all nodes, in the order of the request, into one key. */
export function groupKeyOf(nodeKeys: readonly Uint8Array[]): Uint8Array {
  // With no key at all the result would be a constant that everybody knows.
  requireCount('node keys', nodeKeys.length, 1, AUTHENTICATION_NODES_MAX);
  let groupKey: Uint8Array = Uint8Array.of(0x01, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80);
  for (const nodeKey of nodeKeys) groupKey = encryptBlock(nodeKey, groupKey);
  return groupKey;
}

/** Reader: the request of Authentication1 v2. `random1` is 16 fresh random bytes. */
export function startAesAuthentication(start: {
  readonly idm: IDm;
  readonly nodes: readonly NodeCode[];
  readonly credentials: AesCredentials;
  readonly random1: Uint8Array;
}): { readonly request: Uint8Array; readonly state: Authentication1Sent } {
  const { idm, nodes, credentials, random1 } = start;
  requireCount('nodes', nodes.length, 1, AUTHENTICATION_NODES_MAX);
  const keys = deriveChallengeKeys(credentials, idm);
  const request = encodeAddressedPacket(
    CommandCode.authentication1V2,
    idm,
    Uint8Array.of(OPERATION_PARAMETER, nodes.length),
    ...nodes.map(encodeNodeCode),
    encryptBlock(keys.alpha, random1),
  );
  return { request, state: { idm, random1: random1.slice(), ...keys } };
}

/**
 * Reader: judges the answer to Authentication1 and gives the request of Authentication2 v2.
 * `undefined` means a card that does not hold the keys, or no answer to our question at all.
 */
export function continueAesAuthentication(
  state: Authentication1Sent,
  response: Uint8Array,
): { readonly request: Uint8Array; readonly state: Authentication2Sent } | undefined {
  const answer = decodeAuthentication1V2Response(response);
  if (answer === undefined || !sameBytes(answer.idm, state.idm)) return undefined;
  const betaC = xorBytes(state.beta, answer.c3c);
  if (!equalBytes(encryptBlock(betaC, state.random1), answer.c1b)) return undefined;

  const random2 = decryptBlock(betaC, answer.c2a);
  const session = deriveAesSession({ random1: state.random1, random2, challenge3C: answer.c3c });
  const c2b = encryptBlock(state.alpha, random2);
  clean(betaC, random2);
  const request = encodeAddressedPacket(CommandCode.authentication2V2, state.idm, c2b);
  return { request, state: { session } };
}

/** Reader: opens the answer to Authentication2; `undefined` if the card could not seal it. */
export function finishAesAuthentication(
  state: Authentication2Sent,
  response: Uint8Array,
): ({ readonly session: AesSession } & IssueInformation) | undefined {
  const message = openAesFrame(state.session, response);
  if (message?.code !== responseCodeOf(CommandCode.authentication2V2)) return undefined;
  if (message.transactionNumber !== AUTHENTICATION_2_TRANSACTION_NUMBER) return undefined;
  if (message.payload.length !== 2 * ISSUE_FIELD_BYTES) return undefined;
  return {
    session: state.session,
    idi: message.payload.slice(0, ISSUE_FIELD_BYTES),
    pmi: message.payload.slice(ISSUE_FIELD_BYTES),
  };
}

/**
 * Card: the request of Authentication1 v2. Exact length: unlike a plain command, nothing of a
 * request that opens a session is ignored (our choice).
 */
export function decodeAuthentication1V2Request(
  packet: Uint8Array,
): Authentication1V2Request | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.authentication1V2);
  if (decoded === undefined || decoded.parameters.length < REQUEST_HEADER_BYTES) return undefined;
  const { idm, parameters } = decoded;
  const nodeCount = decodeU8(parameters, 1);
  if (decodeU8(parameters, 0) !== OPERATION_PARAMETER || nodeCount === 0) return undefined;
  if (nodeCount > AUTHENTICATION_NODES_MAX) return undefined;
  const nodesEnd = REQUEST_HEADER_BYTES + nodeCount * NODE_CODE_BYTES;
  if (parameters.length !== nodesEnd + AES_BLOCK_BYTES) return undefined;
  return {
    idm,
    nodes: decodeNodeCodes(parameters.subarray(REQUEST_HEADER_BYTES, nodesEnd)),
    c1a: parameters.slice(nodesEnd),
  };
}

/**
 * Card: the answer to Authentication1 v2. `random2` is 16 and `random3` 4 fresh random bytes.
 *
 * Nothing is judged here: a reader without the keys gets an answer too, and learns nothing from it.
 */
export function answerAuthentication1V2(answer: {
  readonly idm: IDm;
  readonly request: Authentication1V2Request;
  readonly credentials: AesCredentials;
  readonly random2: Uint8Array;
  readonly random3: Uint8Array;
}): { readonly response: Uint8Array; readonly state: Authentication1Answered } {
  const { idm, request, credentials, random2, random3 } = answer;
  if (!sameBytes(idm, request.idm)) throw new RangeError('IDm: the request is for another card');
  requireLength('random 3', random3, CHALLENGE_3C_BYTES);
  const { alpha, beta } = deriveChallengeKeys(credentials, idm);
  const betaC = xorBytes(beta, random3);
  const random1 = decryptBlock(alpha, request.c1a);
  const response = encodeAddressedPacket(
    responseCodeOf(CommandCode.authentication1V2),
    idm,
    encryptBlock(betaC, random1),
    encryptBlock(betaC, random2),
    random3,
  );
  const session = deriveAesSession({ random1, random2, challenge3C: random3 });
  const expectedC2B = encryptBlock(alpha, random2);
  clean(alpha, beta, betaC, random1);
  return { response, state: { idm, session, expectedC2B } };
}

/** Card: the answer to Authentication2 v2; `undefined`, which is silence, for a reader without the keys. */
export function answerAuthentication2V2(
  state: Authentication1Answered,
  packet: Uint8Array,
  { idi, pmi }: IssueInformation,
): { readonly response: Uint8Array; readonly session: AesSession } | undefined {
  requireLength('IDi', idi, ISSUE_FIELD_BYTES);
  requireLength('PMi', pmi, ISSUE_FIELD_BYTES);
  const decoded = decodeAddressedPacket(packet, CommandCode.authentication2V2);
  if (decoded === undefined || !sameBytes(decoded.idm, state.idm)) return undefined;
  if (!equalBytes(decoded.parameters, state.expectedC2B)) return undefined;
  const response = sealAesFrame({
    session: state.session,
    code: responseCodeOf(CommandCode.authentication2V2),
    transactionNumber: AUTHENTICATION_2_TRANSACTION_NUMBER,
    payload: concatBytes(idi, pmi),
  });
  return { response, session: state.session };
}

/** α encrypts what only a reader sends, β what only a card sends: neither can mirror the other. */
function deriveChallengeKeys(
  credentials: AesCredentials,
  idm: IDm,
): { readonly alpha: Uint8Array; readonly beta: Uint8Array } {
  requireLength('group key', credentials.groupKey, AES_KEY_BYTES);
  requireLength('individual key', credentials.individualKey, AES_KEY_BYTES);
  const cardKey = xorBytes(credentials.groupKey, credentials.individualKey);
  const alpha = encryptBlock(cardKey, challengeKeyLabel(0x01, idm));
  const beta = encryptBlock(cardKey, challengeKeyLabel(0x02, idm));
  clean(cardKey);
  return { alpha, beta };
}

function challengeKeyLabel(counter: number, idm: IDm): Uint8Array {
  return concatBytes(Uint8Array.of(counter, 0x02, 0, 0, 0, 0), idm, Uint8Array.of(0x01, 0x00));
}

function decodeAuthentication1V2Response(packet: Uint8Array):
  | {
      readonly idm: IDm;
      readonly c1b: Uint8Array;
      readonly c2a: Uint8Array;
      readonly c3c: Uint8Array;
    }
  | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.authentication1V2));
  if (decoded === undefined) return undefined;
  const { idm, parameters } = decoded;
  if (parameters.length !== 2 * AES_BLOCK_BYTES + CHALLENGE_3C_BYTES) return undefined;
  return {
    idm,
    c1b: parameters.slice(0, AES_BLOCK_BYTES),
    c2a: parameters.slice(AES_BLOCK_BYTES, 2 * AES_BLOCK_BYTES),
    c3c: parameters.slice(2 * AES_BLOCK_BYTES),
  };
}
