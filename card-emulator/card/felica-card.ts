import {
  decodeReadPayload,
  decodeWritePayload,
  encodeReadResult,
  encodeWriteResult,
} from '../felica/block-access.ts';
import { CommandCode } from '../felica/command-code.ts';
import { commandLength } from '../felica/command-length.ts';
import { encodeContainerIdResponse, isContainerIdRequest } from '../felica/container-inquiry.ts';
import { decodeEcho } from '../felica/echo.ts';
import {
  encodeSystemCode,
  IDM_BYTES,
  type IDm,
  idm,
  type NodeCode,
  type PMm,
  type SystemCode,
} from '../felica/identifiers.ts';
import { decodeResetModeRequest, encodeResetModeResponse } from '../felica/inquiry.ts';
import { PACKET_HEADER_BYTES } from '../felica/packet.ts';
import {
  decodePollingRequest,
  encodeCommunicationPerformance,
  encodePollingResponse,
  matchesSystemCode,
  RequestCode,
} from '../felica/polling.ts';
import { NORMAL_END } from '../felica/status-flag.ts';
import { DEFAULT_PERSONALITY, encodeCardImage } from '../purse/card-image.ts';
import type { CardPersonalisation } from '../purse/card-profile.ts';
import { startAesAuthentication } from './aes-card-authentication.ts';
import { readBlocks } from './block-read.ts';
import { type WriteOptions, writeBlocks } from './block-write.ts';
import { blockOf, CardFileSystem } from './card-file-system.ts';
import { answerInquiry } from './card-inquiry.ts';
import type { CardSystem } from './card-layout.ts';
import { CardSecurity } from './card-security.ts';
import { requireCardStructure } from './card-structure.ts';
import { startDesAuthentication } from './des-card-authentication.ts';
import type { EmulatedCard } from './emulated-card.ts';
import type { MemoryCondition } from './memory-condition.ts';
import { PERSONALITIES, type Personality } from './personality.ts';
import { type PlainAccess, readWithoutEncryption, writeWithoutEncryption } from './plain-access.ts';
import type { SecureMessage } from './secure-scheme.ts';
import type { SecureSession } from './secure-session.ts';

export interface FelicaCardOptions {
  /** Must be unpredictable outside tests: an authentication is worth what these bytes are worth. */
  readonly random: (byteCount: number) => Uint8Array;
  /** The narrower reading of direct purse access; `false` unless given. See purse-service.ts. */
  readonly directMayNotIncrease?: boolean;
}

const COMMUNICATION_PERFORMANCE: Uint8Array = encodeCommunicationPerformance({
  is212kbps: true,
  is424kbps: true,
  isAutomatic: true,
});

/** Without the first digit of an IDm, which is the number of the system. */
const SYSTEM_DIGIT_MASK = 0x0f;

/** Throws `CardStructureError` for a personalisation that no card can have. */
export function createFelicaCard(
  personalisation: CardPersonalisation,
  options: FelicaCardOptions,
): FelicaCard {
  requireCardStructure(personalisation);
  return new FelicaCard(new CardFileSystem(personalisation), options);
}

/**
 * An emulated FeliCa Standard card.
 *
 * It answers what a card answers and is silent where a card is silent: to a wrong IDm or length, an
 * unknown command, a command that the current mode does not permit, parameters that cannot be read,
 * a failed authentication, and a frame that was not sealed for its session (M617 §4.3). Silence
 * never changes a stored block.
 */
export class FelicaCard implements EmulatedCard {
  readonly pmm: PMm;
  readonly personality: Personality;
  /** Set by whoever wants the card to be old. */
  memoryCondition: MemoryCondition = 'sound';
  readonly #fileSystem: CardFileSystem;
  readonly #options: FelicaCardOptions;
  readonly #security: CardSecurity = new CardSecurity();
  #isPowered: boolean = false;
  #system: CardSystem;

  constructor(fileSystem: CardFileSystem, options: FelicaCardOptions) {
    const { identity, systems } = fileSystem;
    const [system0] = systems;
    if (system0 === undefined) throw new RangeError('systems: expected at least one');
    this.pmm = identity.pmm;
    this.personality = PERSONALITIES[identity.personality ?? DEFAULT_PERSONALITY];
    this.#fileSystem = fileSystem;
    this.#options = options;
    this.#system = system0;
  }

  get idm(): IDm {
    return this.#fileSystem.identity.idm;
  }

  powerOn(): void {
    this.#isPowered = true;
  }

  powerOff(): void {
    this.#isPowered = false;
    this.#security.reset();
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    const [length, code] = frame;
    if (!this.#isPowered || code === undefined || length !== frame.length) return undefined;
    const { commands, ignoresTrailingBytes } = this.personality;
    if (!commands.has(code)) return undefined;
    if (!ignoresTrailingBytes && (commandLength(frame) ?? length) !== length) return undefined;
    switch (code) {
      case CommandCode.polling:
        return this.#poll(frame);
      case CommandCode.read:
      case CommandCode.write:
      case CommandCode.readV2:
      case CommandCode.writeV2:
        return this.#exchangeSecure(frame);
      case CommandCode.getContainerId:
        return this.#containerId(frame);
      case CommandCode.echo:
        return decodeEcho(frame) && frame.slice();
      default:
        return this.#exchangeAddressed(code, frame);
    }
  }

  image(): string {
    return encodeCardImage(this.#fileSystem.personalisation());
  }

  snapshot(): Uint8Array {
    return this.#fileSystem.memory.slice();
  }

  restore(memory: Uint8Array): void {
    this.#fileSystem.commit(memory.slice());
  }

  get commitCount(): number {
    return this.#fileSystem.commitCount;
  }

  /** The stored blocks of a service, as nobody but the maker of this card can see them. */
  storedBlocks(systemCode: SystemCode, serviceCode: NodeCode): readonly Uint8Array[] {
    const { systems } = this.#fileSystem;
    const system = systems.find((candidate) => candidate.systemCode === systemCode);
    const service = system?.services.get(serviceCode);
    return service === undefined ? [] : this.#fileSystem.blocks(service.file);
  }

  /** Puts a block there as its maker can, whatever the service permits. `false` for no such block. */
  replaceStoredBlock(
    systemCode: SystemCode,
    serviceCode: NodeCode,
    block: { readonly number: number; readonly content: Uint8Array },
  ): boolean {
    const system = this.#fileSystem.systems.find((held) => held.systemCode === systemCode);
    const file = system?.services.get(serviceCode)?.file;
    if (file === undefined || block.number >= file.blockCount) return false;
    const memory = this.#fileSystem.draft();
    blockOf(memory, file, block.number).set(block.content);
    this.#fileSystem.commit(memory);
    return true;
  }

  /** Systems are tried from System 0 upwards, so a wildcard may find another system than wanted. */
  #poll(frame: Uint8Array): Uint8Array | undefined {
    const request = decodePollingRequest(frame);
    if (request === undefined) return undefined;
    const system = this.#fileSystem.systems.find(({ systemCode }) =>
      matchesSystemCode(request.systemCode, systemCode),
    );
    if (system === undefined) return undefined;
    if (system === this.#system && this.#security.mode !== 0) return undefined;
    this.#switchTo(system);
    const requestData = this.#requestDataOf(system, request.requestCode);
    const address = this.#fileSystem.idmOf(system);
    return encodePollingResponse({ idm: address, pmm: this.pmm, requestData });
  }

  #requestDataOf(system: CardSystem, requestCode: number): Uint8Array | undefined {
    if (!this.personality.requestCodes.has(requestCode)) return undefined;
    return requestCode === RequestCode.systemCode
      ? encodeSystemCode(system.systemCode)
      : COMMUNICATION_PERFORMANCE;
  }

  #exchangeAddressed(code: number, frame: Uint8Array): Uint8Array | undefined {
    const system = this.#addressedBy(frame);
    if (system === undefined) return undefined;
    // Cut short it is no command of another system, and must not end the session with this one.
    if (system !== this.#system && !isWhole(frame)) return undefined;
    this.#switchTo(system);
    const fileSystem = this.#fileSystem;
    switch (code) {
      case CommandCode.readWithoutEncryption:
        return this.#security.mode === 0 ? readWithoutEncryption(frame, this.#plain()) : undefined;
      case CommandCode.writeWithoutEncryption:
        return this.#security.mode === 0
          ? writeWithoutEncryption(frame, this.#plain(), this.#writeOptions())
          : undefined;
      case CommandCode.authentication1:
        return this.#security.begin(
          startDesAuthentication(frame, { fileSystem, system, random: this.#options.random }),
        );
      case CommandCode.authentication1V2:
        return this.#security.begin(
          startAesAuthentication(frame, { fileSystem, system, random: this.#options.random }),
        );
      case CommandCode.authentication2:
      case CommandCode.authentication2V2:
        return this.#security.complete(frame);
      case CommandCode.resetMode:
        return this.#resetMode(frame);
      default:
        return answerInquiry({ fileSystem, system, mode: this.#security.mode }, code, frame);
    }
  }

  /** The system whose IDm stands behind the code: the card's own but for the number in front. */
  #addressedBy(frame: Uint8Array): CardSystem | undefined {
    const own = this.idm;
    const first = frame[PACKET_HEADER_BYTES] ?? 0;
    if ((first & SYSTEM_DIGIT_MASK) !== ((own[0] ?? 0) & SYSTEM_DIGIT_MASK)) return undefined;
    for (let index = 1; index < IDM_BYTES; index += 1) {
      if (frame[PACKET_HEADER_BYTES + index] !== own[index]) return undefined;
    }
    return this.#fileSystem.systems[first >> 4];
  }

  #plain(): PlainAccess {
    return {
      fileSystem: this.#fileSystem,
      system: this.#system,
      personality: this.personality,
    };
  }

  #writeOptions(): WriteOptions {
    return {
      directMayNotIncrease: this.#options.directMayNotIncrease ?? false,
      memoryCondition: this.memoryCondition,
    };
  }

  /** Silence from a card, which is no phone. */
  #containerId(frame: Uint8Array): Uint8Array | undefined {
    const { container } = this.#fileSystem.identity;
    if (container === undefined || !isContainerIdRequest(frame)) return undefined;
    return encodeContainerIdResponse(idm(container.id));
  }

  #resetMode(frame: Uint8Array): Uint8Array | undefined {
    if (decodeResetModeRequest(frame) === undefined) return undefined;
    this.#security.reset();
    return encodeResetModeResponse({ idm: this.#fileSystem.idmOf(this.#system), ...NORMAL_END });
  }

  /** Carries no IDm: it is for the system that holds the session, or for nobody. */
  #exchangeSecure(frame: Uint8Array): Uint8Array | undefined {
    const { session } = this.#security;
    const command = session?.take(frame);
    if (session === undefined || command === undefined) return undefined;
    const result = this.#resultOf(command, session);
    return result && session.answer(command, result);
  }

  #resultOf(command: SecureMessage, session: SecureSession): Uint8Array | undefined {
    const { messaging } = session;
    const { mayFollow, changeKey } = messaging;
    const access = {
      fileSystem: this.#fileSystem,
      system: this.#system,
      serviceCodes: session.nodes,
      isAuthenticated: true,
      statusFlag1: this.personality.statusFlag1,
    };
    if (command.code === messaging.readCode) {
      const elements = decodeReadPayload(command.payload, mayFollow);
      const blocksMax = messaging.readBlocksMax;
      return elements && encodeReadResult(readBlocks({ ...access, blocksMax }, elements));
    }
    if (command.code !== messaging.writeCode) return undefined;
    const write = decodeWritePayload(command.payload, mayFollow);
    const blocksMax = messaging.writeBlocksMax;
    return (
      write &&
      encodeWriteResult(
        writeBlocks({ ...access, blocksMax, changeKey }, write, this.#writeOptions()),
      )
    );
  }

  /** To meet another system of the card is to leave the session with this one. */
  #switchTo(system: CardSystem): void {
    if (system === this.#system) return;
    this.#system = system;
    this.#security.reset();
  }
}

function isWhole(frame: Uint8Array): boolean {
  const length = commandLength(frame);
  return length !== undefined && length <= frame.length;
}
