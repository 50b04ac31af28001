import { type IDm, idm, type NodeCode, type SystemCode } from '../felica/identifiers.ts';
import type { FoundNode } from '../felica/inquiry.ts';
import type {
  CardPersonalisation,
  PersonalisedArea,
  PersonalisedKey,
  PersonalisedService,
  PersonalisedSystem,
} from '../purse/card-profile.ts';
import { certifiedSystemIndex } from './card-structure.ts';
import {
  type ServiceAttribute,
  SYSTEM_NODE,
  serviceAttributeOf,
  serviceNumberOf,
} from './service-attribute.ts';

/**
 * The blocks of one service number, shared by all services that overlap on it. A cyclic one has its
 * newest block first. A stored block is never written into: a write replaces the list.
 */
export interface BlockFile {
  blocks: readonly Uint8Array[];
}

export interface CardService extends ServiceAttribute {
  readonly code: NodeCode;
  /** Present exactly where a key is required. */
  readonly key: Uint8Array | undefined;
  readonly file: BlockFile;
}

/** Where the card certifies its purse writes, and under which key. */
export interface CertificateFiles extends PersonalisedKey {
  readonly purse: BlockFile;
  readonly history: BlockFile;
  readonly certificate: BlockFile;
}

export interface CardSystem {
  readonly systemCode: SystemCode;
  /** The card's IDm with the system's number in its first four bits. */
  readonly idm: IDm;
  readonly services: ReadonlyMap<number, CardService>;
  /** Of the system itself (FFFF), its areas and its services. */
  readonly keyVersions: ReadonlyMap<number, number>;
  /** Of the system itself, its areas and the services that have one. */
  readonly nodeKeys: ReadonlyMap<number, Uint8Array>;
  /** In the order of Search Service Code, without the end. */
  readonly foundNodes: readonly FoundNode[];
  readonly certificate: CertificateFiles | undefined;
}

/** What the card remembers without power. Only {@link BlockFile.blocks} ever changes. */
export interface CardFileSystem {
  readonly systems: readonly CardSystem[];
  readonly personalisation: CardPersonalisation;
}

/** The caller has checked the structure (`requireCardStructure`). All blocks are copied. */
export function createFileSystem(personalisation: CardPersonalisation): CardFileSystem {
  const { certificate, systems } = personalisation;
  const certified = certificate === undefined ? -1 : certifiedSystemIndex(certificate, systems);
  return {
    personalisation,
    systems: systems.map((system, index) =>
      createSystem(personalisation, system, { index, isCertified: index === certified }),
    ),
  };
}

/** The inverse of {@link createFileSystem}, with the blocks as they are now. */
export function personalisationOf({
  personalisation,
  systems,
}: CardFileSystem): CardPersonalisation {
  return {
    ...personalisation,
    systems: personalisation.systems.map((system, index) => ({
      ...system,
      blocks: system.blocks.map(({ serviceNumber, blocks }) => ({
        serviceNumber,
        blocks: (fileOf(systems[index], serviceNumber)?.blocks ?? blocks).map((block) =>
          block.slice(),
        ),
      })),
    })),
  };
}

function fileOf(system: CardSystem | undefined, serviceNumber: number): BlockFile | undefined {
  for (const service of system?.services.values() ?? []) {
    if (serviceNumberOf(service.code) === serviceNumber) return service.file;
  }
  return undefined;
}

function createSystem(
  personalisation: CardPersonalisation,
  system: PersonalisedSystem,
  { index, isCertified }: { readonly index: number; readonly isCertified: boolean },
): CardSystem {
  const { areas, services, systemKey } = system;
  const cardServices = createServices(system);
  const systemNode = { code: SYSTEM_NODE, ...systemKey };
  const nodes = [systemNode, ...areas, ...services];
  return {
    systemCode: system.systemCode,
    idm: systemIdm(personalisation.idm, index),
    services: cardServices,
    keyVersions: new Map(nodes.map(({ code, version }) => [code, version])),
    nodeKeys: new Map(
      nodes.flatMap(({ code, key }): [number, Uint8Array][] =>
        key === undefined ? [] : [[code, key.slice()]],
      ),
    ),
    foundNodes: foundNodesOf(areas, services),
    certificate: isCertified ? certificateFiles(personalisation, cardServices) : undefined,
  };
}

function createServices({ services, blocks }: PersonalisedSystem): Map<number, CardService> {
  const files = new Map<number, BlockFile>(
    blocks.map((file) => [
      file.serviceNumber,
      { blocks: file.blocks.map((block) => block.slice()) },
    ]),
  );
  return new Map(
    services.flatMap(({ code, key }): [number, CardService][] => {
      const attribute = serviceAttributeOf(code);
      const file = files.get(serviceNumberOf(code));
      // The structure has been checked: a service without either is not a service of this card.
      if (attribute === undefined || file === undefined) return [];
      return [[code, { ...attribute, code, key: key?.slice(), file }]];
    }),
  );
}

function certificateFiles(
  { certificate }: CardPersonalisation,
  services: ReadonlyMap<number, CardService>,
): CertificateFiles | undefined {
  if (certificate === undefined) return undefined;
  const { key, version } = certificate;
  const purse = services.get(certificate.purseService)?.file;
  const history = services.get(certificate.historyService)?.file;
  const own = services.get(certificate.certificateService)?.file;
  if (purse === undefined || history === undefined || own === undefined) return undefined;
  return { key: key.slice(), version, purse, history, certificate: own };
}

/**
 * An area before what lies in it, each level by code. Areas nest by their code ranges
 * and an area's attribute is lower than any service's, so this walk is the order of the codes.
 */
function foundNodesOf(
  areas: readonly PersonalisedArea[],
  services: readonly PersonalisedService[],
): readonly FoundNode[] {
  const nodes: Exclude<FoundNode, { readonly kind: 'end' }>[] = [
    ...areas.map(({ code, endCode }) => ({ kind: 'area' as const, code, endCode })),
    ...services.map(({ code }) => ({ kind: 'service' as const, code })),
  ];
  return nodes.sort((first, second) => first.code - second.code);
}

function systemIdm(cardIdm: IDm, systemIndex: number): IDm {
  const bytes = cardIdm.slice();
  bytes[0] = ((bytes[0] ?? 0) & 0x0f) | (systemIndex << 4);
  return idm(bytes);
}
