import { decodeAddressedPacket } from '../felica/addressed-packet.ts';
import { answerAuthentication2V2, type IssueInformation } from '../felica/aes-authentication.ts';
import type { AesMessage } from '../felica/aes-messaging.ts';
import {
  decodeReadPayload,
  decodeReadWithoutEncryptionRequest,
  decodeWritePayload,
  decodeWriteWithoutEncryptionRequest,
  encodeReadResult,
  encodeReadWithoutEncryptionResponse,
  encodeWriteResult,
  encodeWriteWithoutEncryptionResponse,
  SERVICES_MAX,
} from '../felica/block-access.ts';
import { CommandCode } from '../felica/command-code.ts';
import {
  encodeSystemCode,
  type IDm,
  type NodeCode,
  type PMm,
  type SystemCode,
  sameBytes,
} from '../felica/identifiers.ts';
import { decodeResetModeRequest, encodeResetModeResponse } from '../felica/inquiry.ts';
import { decodePacket } from '../felica/packet.ts';
import {
  decodePollingRequest,
  encodeCommunicationPerformance,
  encodePollingResponse,
  matchesSystemCode,
  RequestCode,
} from '../felica/polling.ts';
import { NORMAL_END, StatusFlag2, type StatusFlags } from '../felica/status-flag.ts';
import type { CardLink } from '../link/card-link.ts';
import { encodeCardImage } from '../purse/card-image.ts';
import type { CardPersonalisation } from '../purse/card-profile.ts';
import { faultOfCommand } from './block-element.ts';
import { readBlocks } from './block-read.ts';
import { writeBlocks } from './block-write.ts';
import { type AuthenticationStarted, startAuthentication } from './card-authentication.ts';
import {
  type CardFileSystem,
  type CardSystem,
  createFileSystem,
  personalisationOf,
} from './card-file-system.ts';
import { parseCardImage } from './card-image.ts';
import { answerInquiry } from './card-inquiry.ts';
import { requireCardStructure } from './card-structure.ts';
import { SecureSession } from './secure-session.ts';

// The terminal's tests and the first tap may import this one file of the card.
export type { CardLink } from '../link/card-link.ts';
export { CardImageError, CardStructureError } from './card-error.ts';
export { type CardFault, cardInHand, type HeldCard } from './card-fault.ts';

export interface FelicaCardOptions {
  /** Must be unpredictable outside tests: an authentication is worth what these bytes are worth. */
  readonly random: (byteCount: number) => Uint8Array;
  /** The narrower reading of direct purse access; `false` unless given. See purse-service.ts. */
  readonly directMayNotIncrease?: boolean;
}

/** What the card forgets without power. */
type Authentication =
  | { readonly mode: 0 }
  | { readonly mode: 1; readonly started: AuthenticationStarted }
  | {
      readonly mode: 2;
      readonly started: AuthenticationStarted;
      readonly session: SecureSession;
    };

const MODE_0: Authentication = { mode: 0 };

/** All commands whose frame names the card. A frame with another code cannot switch the system. */
const ADDRESSED_COMMANDS: ReadonlySet<number> = new Set([
  CommandCode.requestService,
  CommandCode.requestResponse,
  CommandCode.readWithoutEncryption,
  CommandCode.writeWithoutEncryption,
  CommandCode.searchServiceCode,
  CommandCode.requestSystemCode,
  CommandCode.resetMode,
  CommandCode.authentication1V2,
  CommandCode.authentication2V2,
]);

const SERVICE_COUNT_FAULT: StatusFlags = faultOfCommand(StatusFlag2.serviceCountIllegal);
const COMMUNICATION_PERFORMANCE: Uint8Array = encodeCommunicationPerformance({
  is212kbps: true,
  is424kbps: true,
  isAutomatic: true,
});

/** Throws `CardStructureError` for a personalisation that no card can have. */
export function createFelicaCard(
  personalisation: CardPersonalisation,
  options: FelicaCardOptions,
): FelicaCard {
  requireCardStructure(personalisation);
  return new FelicaCard(createFileSystem(personalisation), options);
}

/** The card of which {@link FelicaCard.image} is the image. Throws `CardImageError`. */
export function openCardImage(text: string, options: FelicaCardOptions): FelicaCard {
  return new FelicaCard(createFileSystem(parseCardImage(text)), options);
}

/**
 * An emulated FeliCa Standard card with the AES scheme.
 *
 * It answers what a card answers and is silent where a card is silent: to a wrong IDm or length, an
 * unknown command, a command that the current mode does not permit, parameters that cannot be read,
 * a failed authentication, and a frame that was not sealed for its session (M617 §4.3). Silence
 * never changes a stored block.
 */
export class FelicaCard implements CardLink {
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly #fileSystem: CardFileSystem;
  readonly #systems: readonly CardSystem[];
  readonly #issue: IssueInformation;
  readonly #options: Required<FelicaCardOptions>;
  #isPowered: boolean;
  #system: CardSystem;
  #authentication: Authentication = MODE_0;

  constructor(fileSystem: CardFileSystem, options: FelicaCardOptions) {
    const { personalisation, systems } = fileSystem;
    const [system0] = systems;
    if (system0 === undefined) throw new RangeError('systems: expected at least one');
    this.idm = system0.idm;
    this.pmm = personalisation.pmm;
    this.#fileSystem = fileSystem;
    this.#systems = systems;
    this.#issue = { idi: personalisation.idi, pmi: personalisation.pmi };
    this.#options = { directMayNotIncrease: false, ...options };
    this.#isPowered = false;
    this.#system = system0;
  }

  powerOn(): void {
    this.#isPowered = true;
  }

  powerOff(): void {
    this.#isPowered = false;
    this.#authentication = MODE_0;
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    if (!this.#isPowered) return undefined;
    const code = decodePacket(frame)?.code;
    switch (code) {
      case CommandCode.polling:
        return this.#poll(frame);
      case CommandCode.readV2:
      case CommandCode.writeV2:
        return this.#exchangeSecure(frame);
      default:
        return code === undefined ? undefined : this.#exchangeAddressed(code, frame);
    }
  }

  /** All that the card remembers, as text, its keys included: whoever has it has the card. */
  image(): string {
    return encodeCardImage(personalisationOf(this.#fileSystem));
  }

  /** The stored blocks of a service, as nobody but the maker of this card can see them. */
  storedBlocks(systemCode: SystemCode, serviceCode: NodeCode): readonly Uint8Array[] {
    const system = this.#systems.find((candidate) => candidate.systemCode === systemCode);
    const blocks = system?.services.get(serviceCode)?.file.blocks ?? [];
    return blocks.map((block) => block.slice());
  }

  /** Systems are tried from System 0 upwards, so a wildcard may find another system than wanted. */
  #poll(frame: Uint8Array): Uint8Array | undefined {
    const request = decodePollingRequest(frame);
    if (request === undefined) return undefined;
    const system = this.#systems.find(({ systemCode }) =>
      matchesSystemCode(request.systemCode, systemCode),
    );
    if (system === undefined) return undefined;
    if (system === this.#system && this.#authentication.mode !== 0) return undefined;
    this.#switchTo(system);
    const requestData = requestDataOf(system, request.requestCode);
    return encodePollingResponse({ idm: system.idm, pmm: this.pmm, requestData });
  }

  #exchangeAddressed(code: number, frame: Uint8Array): Uint8Array | undefined {
    if (!ADDRESSED_COMMANDS.has(code)) return undefined;
    const address = decodeAddressedPacket(frame, code)?.idm;
    if (address === undefined) return undefined;
    const system = this.#systems.find(({ idm }) => sameBytes(idm, address));
    if (system === undefined) return undefined;
    this.#switchTo(system);
    switch (code) {
      case CommandCode.readWithoutEncryption:
        return this.#readWithoutEncryption(frame);
      case CommandCode.writeWithoutEncryption:
        return this.#writeWithoutEncryption(frame);
      case CommandCode.authentication1V2:
        return this.#authenticate1(frame);
      case CommandCode.authentication2V2:
        return this.#authenticate2(frame);
      case CommandCode.resetMode:
        return this.#resetMode(frame);
      default:
        return answerInquiry(
          { system, systems: this.#systems, mode: this.#authentication.mode },
          code,
          frame,
        );
    }
  }

  /** Plain access exists in Mode 0 only: whoever began to authenticate shall finish. */
  #readWithoutEncryption(frame: Uint8Array): Uint8Array | undefined {
    const request = decodeReadWithoutEncryptionRequest(frame);
    if (request === undefined || this.#authentication.mode !== 0) return undefined;
    const { serviceCodes, elements } = request;
    const { idm } = this.#system;
    if (!isServiceCountLegal(serviceCodes)) {
      return encodeReadWithoutEncryptionResponse({ idm, ...SERVICE_COUNT_FAULT, blocks: [] });
    }
    const access = { system: this.#system, serviceCodes, isAuthenticated: false };
    return encodeReadWithoutEncryptionResponse({ idm, ...readBlocks(access, elements) });
  }

  #writeWithoutEncryption(frame: Uint8Array): Uint8Array | undefined {
    const request = decodeWriteWithoutEncryptionRequest(frame);
    if (request === undefined || this.#authentication.mode !== 0) return undefined;
    const { serviceCodes } = request;
    const { idm } = this.#system;
    if (!isServiceCountLegal(serviceCodes)) {
      return encodeWriteWithoutEncryptionResponse({ idm, ...SERVICE_COUNT_FAULT });
    }
    const access = { system: this.#system, serviceCodes, isAuthenticated: false };
    const flags = writeBlocks(access, request, this.#options);
    return encodeWriteWithoutEncryptionResponse({ idm, ...flags });
  }

  /** An answered Authentication1 throws an older session away; without an answer nothing changes. */
  #authenticate1(frame: Uint8Array): Uint8Array | undefined {
    const { individualKey } = this.#fileSystem.personalisation;
    const { random } = this.#options;
    const answer = startAuthentication(frame, { system: this.#system, individualKey, random });
    if (answer === undefined) return undefined;
    this.#authentication = { mode: 1, started: answer.started };
    return answer.response;
  }

  /**
   * In Mode 2 an exact repeat is answered with the same bytes. It must not begin a new session: the
   * transaction numbers would start again, and old commands could be replayed.
   */
  #authenticate2(frame: Uint8Array): Uint8Array | undefined {
    const authentication = this.#authentication;
    if (authentication.mode === 0) return undefined;
    const { started } = authentication;
    const answer = answerAuthentication2V2(started.answered, frame, this.#issue);
    if (answer === undefined) return undefined;
    if (authentication.mode === 1) {
      const session = new SecureSession(answer.session, started.nodes);
      this.#authentication = { mode: 2, started, session };
    }
    return answer.response;
  }

  #resetMode(frame: Uint8Array): Uint8Array | undefined {
    if (decodeResetModeRequest(frame) === undefined) return undefined;
    this.#authentication = MODE_0;
    return encodeResetModeResponse({ idm: this.#system.idm, ...NORMAL_END });
  }

  /** Carries no IDm: it is for the system that holds the session, or for nobody. */
  #exchangeSecure(frame: Uint8Array): Uint8Array | undefined {
    if (this.#authentication.mode !== 2) return undefined;
    const { session } = this.#authentication;
    const command = session.take(frame);
    const result = command && this.#resultOf(command, session);
    return result && session.answer(command, result);
  }

  #resultOf(command: AesMessage, session: SecureSession): Uint8Array | undefined {
    const access = { system: this.#system, serviceCodes: session.nodes, isAuthenticated: true };
    if (command.code === CommandCode.readV2) {
      const elements = decodeReadPayload(command.payload);
      return elements && encodeReadResult(readBlocks(access, elements));
    }
    const write = decodeWritePayload(command.payload);
    return write && encodeWriteResult(writeBlocks(access, write, this.#options));
  }

  /** To meet another system of the card is to leave the session with this one. */
  #switchTo(system: CardSystem): void {
    if (system === this.#system) return;
    this.#system = system;
    this.#authentication = MODE_0;
  }
}

function isServiceCountLegal(serviceCodes: readonly NodeCode[]): boolean {
  return serviceCodes.length >= 1 && serviceCodes.length <= SERVICES_MAX;
}

/** A request code that the card does not know is answered as if nothing had been asked. */
function requestDataOf(system: CardSystem, requestCode: number): Uint8Array | undefined {
  if (requestCode === RequestCode.systemCode) return encodeSystemCode(system.systemCode);
  if (requestCode === RequestCode.communicationPerformance) return COMMUNICATION_PERFORMANCE;
  return undefined;
}
