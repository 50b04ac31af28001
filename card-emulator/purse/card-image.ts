import { bytesToHex } from '@noble/ciphers/utils.js';
import type { CardPersonalisation, PersonalisedKey } from './card-profile.ts';

/** The name and version at the beginning of every card image. */
export const CARD_IMAGE_FORMAT = 'kazasu-card-image';
export const CARD_IMAGE_VERSION = 1;

const INDENT = 2;

/** A card as text: what an issuer writes and an emulated card opens. It holds every key of the card. */
export function encodeCardImage(personalisation: CardPersonalisation): string {
  const { systems, certificate } = personalisation;
  const image = {
    format: CARD_IMAGE_FORMAT,
    version: CARD_IMAGE_VERSION,
    idm: bytesToHex(personalisation.idm),
    pmm: bytesToHex(personalisation.pmm),
    idi: bytesToHex(personalisation.idi),
    pmi: bytesToHex(personalisation.pmi),
    individualKey: bytesToHex(personalisation.individualKey),
    systems: systems.map((system) => ({
      systemCode: codeText(system.systemCode),
      systemKey: keyText(system.systemKey),
      areas: system.areas.map((area) => ({
        code: codeText(area.code),
        endCode: codeText(area.endCode),
        ...keyText(area),
      })),
      services: system.services.map(({ code, key, version }) => ({
        code: codeText(code),
        ...(key === undefined ? { version } : keyText({ key, version })),
      })),
      blocks: system.blocks.map(({ serviceNumber, blocks }) => ({
        serviceNumber,
        blocks: blocks.map((block) => bytesToHex(block)),
      })),
    })),
    ...(certificate && {
      certificate: {
        ...keyText(certificate),
        purseService: codeText(certificate.purseService),
        historyService: codeText(certificate.historyService),
        certificateService: codeText(certificate.certificateService),
      },
    }),
  };
  return `${JSON.stringify(image, undefined, INDENT)}\n`;
}

function keyText({ key, version }: PersonalisedKey): {
  readonly key: string;
  readonly version: number;
} {
  return { key: bytesToHex(key), version };
}

/** System and node codes are four hexadecimal digits. */
function codeText(code: number): string {
  return code.toString(16).padStart(4, '0');
}
