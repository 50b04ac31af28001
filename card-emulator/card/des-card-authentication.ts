import { CommandCode } from '../felica/command-code.ts';
import {
  answerAuthentication1,
  answerAuthentication2,
  decodeAuthentication1Request,
  desGroupKeyOf,
  desUserKeyOf,
} from '../felica/des-authentication.ts';
import {
  DES_READ_BLOCKS_MAX,
  DES_WRITE_BLOCKS_MAX,
  type DesSession,
  isDesPadding,
  openDesFrame,
  sealDesFrame,
} from '../felica/des-messaging.ts';
import { openDesKeyChange } from '../felica/key-change.ts';
import type { AuthenticatingCard } from './aes-card-authentication.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CardNode, CardSystem } from './card-layout.ts';
import { areKeyedFirst } from './node-list.ts';
import type { AuthenticationAnswer, ChangedKey, SecureMessaging } from './secure-scheme.ts';
import { isAreaCode, SYSTEM_NODE } from './service-attribute.ts';

const RANDOM_2_BYTES = 8;

/** Answers Authentication1; `undefined` is silence, for lists that no session can have. */
export function startDesAuthentication(
  frame: Uint8Array,
  { fileSystem, system, random }: AuthenticatingCard,
): AuthenticationAnswer | undefined {
  const request = decodeAuthentication1Request(frame);
  const systemKey = system.nodes.get(SYSTEM_NODE)?.des;
  if (request === undefined || systemKey === undefined) return undefined;
  const areAreas = request.areas.every((code) => code === SYSTEM_NODE || isAreaCode(code));
  const areas = request.areas.map((code) => system.nodes.get(code));
  const services = request.services.map((code) => system.nodes.get(code));
  if (!(areAreas && areas.every((node) => node !== undefined) && areKeyedFirst(services))) {
    return undefined;
  }
  const groupKey = desGroupKeyOf(fileSystem.key(systemKey), keysOf(fileSystem, areas));
  const userKey = desUserKeyOf(groupKey, keysOf(fileSystem, services));
  const { response, state } = answerAuthentication1({
    idm: fileSystem.idmOf(system),
    request,
    credentials: { groupKey, userKey },
    random2: random(RANDOM_2_BYTES),
  });
  const complete: AuthenticationAnswer['started']['complete'] = (authentication2) => {
    const answer = answerAuthentication2(state, authentication2, fileSystem.issue);
    if (answer === undefined) return undefined;
    return { response: answer.response, messaging: desMessaging(answer.session, fileSystem) };
  };
  return { response, started: { nodes: request.services, complete } };
}

function keysOf(
  fileSystem: CardFileSystem,
  nodes: readonly (CardNode | undefined)[],
): readonly Uint8Array[] {
  return nodes.flatMap((node) => (node?.des === undefined ? [] : [fileSystem.key(node.des)]));
}

function desMessaging(session: DesSession, fileSystem: CardFileSystem): SecureMessaging {
  return {
    open: (frame) => openDesFrame(session, frame),
    seal: (message) => sealDesFrame({ session, ...message }),
    mayFollow: isDesPadding,
    readCode: CommandCode.read,
    writeCode: CommandCode.write,
    readBlocksMax: DES_READ_BLOCKS_MAX,
    writeBlocksMax: DES_WRITE_BLOCKS_MAX,
    changeKey: (system, node, change) => changedDesKey(fileSystem, system, { node, ...change }),
  };
}

function changedDesKey(
  fileSystem: CardFileSystem,
  system: CardSystem,
  change: { readonly node: CardNode; readonly block: Uint8Array; readonly version: number },
): ChangedKey | undefined {
  const { node, block, version } = change;
  // The system has no node around it: its own key stands for the parent's (our choice).
  const parent = system.nodes.get(node.parent ?? node.code)?.des;
  if (node.des === undefined || parent === undefined) return undefined;
  const keys = { parentKey: fileSystem.key(parent), oldKey: fileSystem.key(node.des) };
  const key = openDesKeyChange(keys, block, version);
  return key && { slot: node.des, key };
}
