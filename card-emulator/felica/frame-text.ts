import { CommandCode, responseCodeOf } from './command-code.ts';
import { commandWords } from './command-text.ts';
import { responseWords } from './response-text.ts';

export type FrameDirection = 'command' | 'response';

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [CommandCode.polling, 'Polling'],
  [CommandCode.requestService, 'Request Service'],
  [CommandCode.requestResponse, 'Request Response'],
  [CommandCode.readWithoutEncryption, 'Read Without Encryption'],
  [CommandCode.writeWithoutEncryption, 'Write Without Encryption'],
  [CommandCode.searchServiceCode, 'Search Service Code'],
  [CommandCode.requestSystemCode, 'Request System Code'],
  [CommandCode.requestBlockInformation, 'Request Block Information'],
  [CommandCode.authentication1, 'Authentication1'],
  [CommandCode.authentication2, 'Authentication2'],
  [CommandCode.read, 'Read'],
  [CommandCode.write, 'Write'],
  [CommandCode.requestCodeList, 'Request Code List'],
  [0x1e, 'Request Block Information Ex'],
  [0x20, 'Set Parameter'],
  [CommandCode.getContainerIssueInformation, 'Get Container Issue Information'],
  [CommandCode.getAreaInformation, 'Get Area Information'],
  [CommandCode.getNodeProperty, 'Get Node Property'],
  [0x2e, 'Get Container Property'],
  [CommandCode.requestServiceV2, 'Request Service v2'],
  [0x34, 'Internal Authenticate and Read'],
  [0x36, 'External Authenticate and Write'],
  [CommandCode.getSystemStatus, 'Get System Status'],
  [CommandCode.requestProductInformation, 'Request Product Information'],
  [CommandCode.requestSpecificationVersion, 'Request Specification Version'],
  [CommandCode.resetMode, 'Reset Mode'],
  [CommandCode.authentication1V2, 'Authentication1 v2'],
  [CommandCode.authentication2V2, 'Authentication2 v2'],
  [CommandCode.readV2, 'Read v2'],
  [CommandCode.writeV2, 'Write v2'],
  [0x48, 'Delete Key'],
  [0x4c, 'Update Random ID'],
  [CommandCode.getContainerId, 'Get Container ID'],
  [0x78, 'Set Node Property'],
  [0x80, 'Register Issue ID'],
  [0x82, 'Register Area'],
  [0x84, 'Register Service'],
  [0x86, 'Register Issue ID Ex'],
  [0x8e, 'Change System Block'],
  [CommandCode.echo, 'Echo'],
]);

const SEPARATOR = ' · ';

/**
 * A frame as one line for a person, whatever its bytes are. Sealed contents are told by their length
 * only; nothing in it is a key.
 */
export function formatFrame(frame: Uint8Array, direction: FrameDirection): string {
  const [length, code] = frame;
  if (length === undefined || code === undefined) return `no frame: ${frame.length} bytes`;
  if (length !== frame.length) return `no frame: length byte ${length}, but ${frame.length} bytes`;
  const name = frameName(code, direction);
  const words = direction === 'command' ? commandWords(frame) : responseWords(frame);
  return [name, ...(words ?? ['parameters that cannot be read'])].join(SEPARATOR);
}

/** The command's name; an answer has the name of what it answers. */
export function frameName(code: number, direction: FrameDirection): string {
  for (const [command, name] of NAMES) {
    const isEcho = command === CommandCode.echo;
    const expected = direction === 'command' || isEcho ? command : responseCodeOf(command);
    if (code === expected) return name;
  }
  return `unknown code ${code.toString(16).padStart(2, '0')}`;
}
