import {
  answerAuthentication1V2,
  answerAuthentication2V2,
  decodeAuthentication1V2Request,
  groupKeyOf,
} from '../felica/aes-authentication.ts';
import { type AesSession, openAesFrame, sealAesFrame } from '../felica/aes-messaging.ts';
import { READ_BLOCKS_MAX, WRITE_BLOCKS_MAX } from '../felica/block-access.ts';
import { CommandCode } from '../felica/command-code.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CardSystem } from './card-layout.ts';
import { areKeyedFirst } from './node-list.ts';
import type { AuthenticationAnswer, SecureMessaging } from './secure-scheme.ts';

const RANDOM_2_BYTES = 16;
const RANDOM_3_BYTES = 4;

export interface AuthenticatingCard {
  readonly fileSystem: CardFileSystem;
  readonly system: CardSystem;
  readonly random: (byteCount: number) => Uint8Array;
}

/** Answers Authentication1 v2; `undefined` is silence, for a list that no session can have. */
export function startAesAuthentication(
  frame: Uint8Array,
  { fileSystem, system, random }: AuthenticatingCard,
): AuthenticationAnswer | undefined {
  const { individualKey } = fileSystem.layout;
  const request = decodeAuthentication1V2Request(frame);
  if (request === undefined || individualKey === undefined) return undefined;
  const nodes = request.nodes.map((code) => system.nodes.get(code));
  if (!areKeyedFirst(nodes)) return undefined;
  const keys = nodes.flatMap((node) => (node?.aes === undefined ? [] : [fileSystem.key(node.aes)]));
  const { response, state } = answerAuthentication1V2({
    idm: fileSystem.idmOf(system),
    request,
    credentials: { groupKey: groupKeyOf(keys), individualKey: fileSystem.key(individualKey) },
    random2: random(RANDOM_2_BYTES),
    random3: random(RANDOM_3_BYTES),
  });
  const complete = (authentication2: Uint8Array): ReturnType<typeof completed> =>
    completed(answerAuthentication2V2(state, authentication2, fileSystem.issue));
  return { response, started: { nodes: request.nodes, complete } };
}

function completed(
  answer: ReturnType<typeof answerAuthentication2V2>,
): { readonly response: Uint8Array; readonly messaging: SecureMessaging } | undefined {
  return answer && { response: answer.response, messaging: aesMessaging(answer.session) };
}

function aesMessaging(session: AesSession): SecureMessaging {
  return {
    open: (frame) => openAesFrame(session, frame),
    seal: (message) => sealAesFrame({ session, ...message }),
    mayFollow: (rest) => rest.length === 0,
    readCode: CommandCode.readV2,
    writeCode: CommandCode.writeV2,
    readBlocksMax: READ_BLOCKS_MAX,
    writeBlocksMax: WRITE_BLOCKS_MAX,
    changeKey: undefined,
  };
}
