import { READ_BLOCKS_MAX, WRITE_BLOCKS_MAX } from '../felica/block-access.ts';
import { CommandCode } from '../felica/command-code.ts';
import { type PMm, pmm } from '../felica/identifiers.ts';
import { RequestCode } from '../felica/polling.ts';
import type { PersonalityName } from '../purse/card-profile.ts';

/**
 * How status flag 1 names the place of a faulty element: the position from 1 on, or one bit of a
 * byte that begins again with the ninth element. Products differ (M617 §4.5.1).
 */
export type StatusFlag1Coding = 'ordinal' | 'bit';

/** What cards of one kind have in common beyond their content. */
export interface Personality {
  readonly name: PersonalityName;
  /** One line for a person. */
  readonly title: string;
  /** What a new card of this kind tells about itself. */
  readonly pmm: PMm;
  /** A card is silent to all other codes. */
  readonly commands: ReadonlySet<number>;
  /** A request code that is not among these is answered as if nothing had been asked. */
  readonly requestCodes: ReadonlySet<number>;
  /** Of the plain commands. */
  readonly readBlocksMax: number;
  readonly writeBlocksMax: number;
  readonly statusFlag1: StatusFlag1Coding;
  /** Whether a plain command with bytes behind its parameters is answered. */
  readonly ignoresTrailingBytes: boolean;
}

const OLD_COMMANDS: readonly number[] = [
  CommandCode.polling,
  CommandCode.requestService,
  CommandCode.requestResponse,
  CommandCode.readWithoutEncryption,
  CommandCode.writeWithoutEncryption,
  CommandCode.searchServiceCode,
  CommandCode.requestSystemCode,
];

/** What cards of the RC-SA type have beyond the older ones. */
const NEWER_COMMANDS: readonly number[] = [
  CommandCode.requestServiceV2,
  CommandCode.getSystemStatus,
  CommandCode.requestProductInformation,
  CommandCode.requestSpecificationVersion,
  CommandCode.resetMode,
  CommandCode.echo,
];

/** Of phones, and of the newest cards. */
const RARE_COMMANDS: readonly number[] = [
  CommandCode.requestBlockInformation,
  CommandCode.requestCodeList,
  CommandCode.getContainerIssueInformation,
  CommandCode.getAreaInformation,
  CommandCode.getNodeProperty,
  CommandCode.getContainerId,
];

const DES_COMMANDS: readonly number[] = [
  CommandCode.authentication1,
  CommandCode.authentication2,
  CommandCode.read,
  CommandCode.write,
];

const AES_COMMANDS: readonly number[] = [
  CommandCode.authentication1V2,
  CommandCode.authentication2V2,
  CommandCode.readV2,
  CommandCode.writeV2,
];

const ALL_REQUEST_CODES: ReadonlySet<number> = new Set<number>([
  RequestCode.systemCode,
  RequestCode.communicationPerformance,
]);

/** All kinds of FeliCa Standard card, by name (personalities.md). */
export const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  purse: {
    name: 'purse',
    title: 'our own purse card: every command that is known',
    pmm: pmmOf('0020ffffffffffff'),
    commands: new Set([
      ...OLD_COMMANDS,
      ...NEWER_COMMANDS,
      ...RARE_COMMANDS,
      ...DES_COMMANDS,
      ...AES_COMMANDS,
    ]),
    requestCodes: ALL_REQUEST_CODES,
    readBlocksMax: READ_BLOCKS_MAX,
    writeBlocksMax: WRITE_BLOCKS_MAX,
    statusFlag1: 'bit',
    ignoresTrailingBytes: true,
  },
  suica: {
    name: 'suica',
    title: 'an older transit card: DES, no newer inquiries',
    pmm: pmmOf('100b4b428485d0ff'),
    commands: new Set([...OLD_COMMANDS, ...DES_COMMANDS]),
    requestCodes: new Set([RequestCode.systemCode]),
    readBlocksMax: 12,
    writeBlocksMax: 8,
    statusFlag1: 'ordinal',
    ignoresTrailingBytes: true,
  },
  'rc-sa': {
    name: 'rc-sa',
    title: 'a card of the RC-SA type: DES and AES, newer inquiries',
    pmm: pmmOf('0132220427674eff'),
    commands: new Set([...OLD_COMMANDS, ...NEWER_COMMANDS, ...DES_COMMANDS, ...AES_COMMANDS]),
    requestCodes: ALL_REQUEST_CODES,
    readBlocksMax: READ_BLOCKS_MAX,
    writeBlocksMax: WRITE_BLOCKS_MAX,
    statusFlag1: 'bit',
    ignoresTrailingBytes: false,
  },
  'hce-f': {
    name: 'hce-f',
    title: 'an Android phone with host card emulation: plain commands only',
    pmm: pmmOf('ffffffffffffffff'),
    commands: new Set(OLD_COMMANDS),
    requestCodes: new Set([RequestCode.systemCode]),
    readBlocksMax: READ_BLOCKS_MAX,
    writeBlocksMax: WRITE_BLOCKS_MAX,
    statusFlag1: 'bit',
    ignoresTrailingBytes: false,
  },
};

function pmmOf(hex: string): PMm {
  return pmm(Uint8Array.from(Buffer.from(hex, 'hex')));
}
