import { bytesToHex } from '@noble/ciphers/utils.js';
import type { CardPersonalisation, PersonalisedKeys, PersonalityName } from './card-profile.ts';

/** The name and version at the beginning of every card image. */
export const CARD_IMAGE_FORMAT = 'kazasu-card-image';
export const CARD_IMAGE_VERSION = 1;

/** What a card is whose personality nobody wrote down. */
export const DEFAULT_PERSONALITY: PersonalityName = 'purse';

const INDENT = 2;

/** A card as text: what an issuer writes and an emulated card opens. It holds every key of the card. */
export function encodeCardImage(personalisation: CardPersonalisation): string {
  const { systems, certificate, container, individualKey } = personalisation;
  const image = {
    format: CARD_IMAGE_FORMAT,
    version: CARD_IMAGE_VERSION,
    personality: personalisation.personality ?? DEFAULT_PERSONALITY,
    idm: bytesToHex(personalisation.idm),
    pmm: bytesToHex(personalisation.pmm),
    idi: bytesToHex(personalisation.idi),
    pmi: bytesToHex(personalisation.pmi),
    ...(individualKey && { individualKey: bytesToHex(individualKey) }),
    systems: systems.map((system) => ({
      systemCode: codeText(system.systemCode),
      systemKey: keysText(system.systemKey),
      areas: system.areas.map((area) => ({
        code: codeText(area.code),
        endCode: codeText(area.endCode),
        ...keysText(area),
      })),
      services: system.services.map((service) => ({
        code: codeText(service.code),
        ...keysText(service),
      })),
      blocks: system.blocks.map(({ serviceNumber, kind, blocks, limits }) => ({
        serviceNumber,
        ...(kind && { kind }),
        blocks: blocks.map((block) => bytesToHex(block)),
        ...(limits && { limits }),
      })),
    })),
    ...(certificate && {
      certificate: {
        ...keysText(certificate),
        purseService: codeText(certificate.purseService),
        historyService: codeText(certificate.historyService),
        certificateService: codeText(certificate.certificateService),
      },
    }),
    ...(container && {
      container: {
        format: bytesToHex(container.format),
        model: bytesToHex(container.model),
        id: bytesToHex(container.id),
      },
    }),
  };
  return `${JSON.stringify(image, undefined, INDENT)}\n`;
}

interface KeysText {
  readonly key?: string;
  readonly version?: number;
  readonly desKey?: string;
  readonly desVersion?: number;
}

function keysText({ key, version, desKey, desVersion }: PersonalisedKeys): KeysText {
  return {
    ...(key && { key: bytesToHex(key) }),
    ...(version !== undefined && { version }),
    ...(desKey && { desKey: bytesToHex(desKey) }),
    ...(desVersion !== undefined && { desVersion }),
  };
}

/** System and node codes are four hexadecimal digits. */
function codeText(code: number): string {
  return code.toString(16).padStart(4, '0');
}
