import { BLOCK_BYTES } from '../felica/block-access.ts';
import type { NodeCode, SystemCode } from '../felica/identifiers.ts';
import type { FoundNode } from '../felica/inquiry.ts';
import type {
  CardPersonalisation,
  PersonalisedArea,
  PersonalisedBlocks,
  PersonalisedCertificate,
  PersonalisedKeys,
  PersonalisedSystem,
  PurseLimits,
  ServiceKind,
} from '../purse/card-profile.ts';
import { certifiedSystemIndex } from './card-structure.ts';
import { AES_KEY_BYTES, DES_KEY_BYTES } from './key-bytes.ts';
import {
  type ServiceAttribute,
  SYSTEM_NODE,
  serviceAttributeOf,
  serviceNumberOf,
} from './service-attribute.ts';

/*
 * Where everything lies in a card's memory, without its content. Cards of one issuer differ in keys
 * and blocks only, so they share one layout, and a hundred thousand of them fit in one process.
 */

/** The blocks of one service number, shared by all services that overlap on it. */
export interface BlockFile {
  readonly serviceNumber: number;
  /** The one kind of service that has these blocks, where a number has several. */
  readonly kind: ServiceKind | undefined;
  /** Where its first block begins; the others follow. A cyclic file has its newest block first. */
  readonly offset: number;
  readonly blockCount: number;
  readonly limits: PurseLimits | undefined;
}

/** A key and, behind it, its version in two bytes. */
export interface KeySlot {
  readonly offset: number;
  /** 0 for the version of a service that needs no key. */
  readonly keyBytes: number;
}

/** An area, a service or the system itself. */
export interface CardNode {
  readonly code: NodeCode;
  readonly aes: KeySlot | undefined;
  readonly des: KeySlot | undefined;
  /** Of a service that needs no key. */
  readonly open: KeySlot | undefined;
  /** The node around it; the system has none. A change of its key takes the key of that node too. */
  readonly parent: NodeCode | undefined;
}

export interface CardService extends ServiceAttribute {
  readonly code: NodeCode;
  readonly file: BlockFile;
}

/** Where the card certifies its purse writes, and under which key. */
export interface CertificateFiles {
  readonly services: Omit<PersonalisedCertificate, 'key' | 'version'>;
  readonly key: KeySlot;
  readonly purse: BlockFile;
  readonly history: BlockFile;
  readonly certificate: BlockFile;
}

export interface CardSystem {
  /** System 0 is found first; its number stands in the first four bits of its IDm. */
  readonly index: number;
  readonly systemCode: SystemCode;
  readonly services: ReadonlyMap<number, CardService>;
  /** The system itself (FFFF), its areas and its services. */
  readonly nodes: ReadonlyMap<number, CardNode>;
  readonly areas: readonly { readonly code: NodeCode; readonly endCode: NodeCode }[];
  readonly files: readonly BlockFile[];
  /** In the order of Search Service Code, without the end. */
  readonly foundNodes: readonly Exclude<FoundNode, { readonly kind: 'end' }>[];
  readonly certificate: CertificateFiles | undefined;
}

export interface CardLayout {
  readonly systems: readonly CardSystem[];
  readonly individualKey: KeySlot | undefined;
  readonly memoryBytes: number;
}

const VERSION_BYTES = 2;

/** The caller has checked the structure (`requireCardStructure`). */
export function createLayout(personalisation: CardPersonalisation): CardLayout {
  const { systems, certificate, individualKey } = personalisation;
  const certified = certificate === undefined ? -1 : certifiedSystemIndex(certificate, systems);
  const room = new MemoryRoom();
  const cardSystems = systems.map((system, index) =>
    createSystem(system, index, index === certified ? certificate : undefined, room),
  );
  return {
    systems: cardSystems,
    individualKey: individualKey === undefined ? undefined : room.key(AES_KEY_BYTES),
    memoryBytes: room.bytes,
  };
}

/** Equal for two cards exactly where they share a layout. */
export function layoutName({ systems, certificate, individualKey }: CardPersonalisation): string {
  const parts: unknown[] = [individualKey !== undefined];
  for (const { systemCode, systemKey, areas, services, blocks } of systems) {
    parts.push(systemCode, schemesOf(systemKey));
    for (const area of areas) parts.push('a', area.code, area.endCode, schemesOf(area));
    for (const service of services) parts.push('s', service.code, schemesOf(service));
    for (const { serviceNumber, kind, blocks: list, limits } of blocks) {
      const { upper, lower, generation } = limits ?? {};
      parts.push('b', serviceNumber, kind, list.length, upper, lower, generation);
    }
  }
  if (certificate !== undefined) {
    const { purseService, historyService, certificateService } = certificate;
    parts.push('c', purseService, historyService, certificateService);
  }
  return parts.join();
}

function schemesOf({ key, desKey }: PersonalisedKeys): number {
  return (key === undefined ? 0 : 1) + (desKey === undefined ? 0 : 2);
}

/** Hands out the memory from its beginning on. */
class MemoryRoom {
  bytes = 0;

  key(keyBytes: number): KeySlot {
    return { offset: this.#take(keyBytes + VERSION_BYTES), keyBytes };
  }

  file({ serviceNumber, kind, blocks, limits }: PersonalisedBlocks): BlockFile {
    const blockCount = blocks.length;
    const offset = this.#take(blockCount * BLOCK_BYTES);
    return { serviceNumber, kind, offset, blockCount, limits };
  }

  #take(byteCount: number): number {
    const offset = this.bytes;
    this.bytes += byteCount;
    return offset;
  }
}

function createSystem(
  system: PersonalisedSystem,
  index: number,
  certificate: PersonalisedCertificate | undefined,
  room: MemoryRoom,
): CardSystem {
  const files = system.blocks.map((blocks) => room.file(blocks));
  const services = createServices(system, files);
  return {
    index,
    systemCode: system.systemCode,
    services,
    nodes: createNodes(system, room),
    areas: system.areas.map(({ code, endCode }) => ({ code, endCode })),
    files,
    foundNodes: foundNodesOf(system),
    certificate: certificate && certificateFiles(certificate, services, room),
  };
}

function createServices(
  { services }: PersonalisedSystem,
  files: readonly BlockFile[],
): ReadonlyMap<number, CardService> {
  return new Map(
    services.flatMap(({ code }): [number, CardService][] => {
      const attribute = serviceAttributeOf(code);
      const file = files.find(
        ({ serviceNumber, kind }) =>
          serviceNumber === serviceNumberOf(code) && (kind ?? attribute?.kind) === attribute?.kind,
      );
      // The structure has been checked: a service without either is not a service of this card.
      return attribute && file ? [[code, { ...attribute, code, file }]] : [];
    }),
  );
}

function createNodes(
  { systemKey, areas, services }: PersonalisedSystem,
  room: MemoryRoom,
): ReadonlyMap<number, CardNode> {
  const system = { code: SYSTEM_NODE, ...systemKey };
  return new Map(
    [system, ...areas, ...services].map((node): [number, CardNode] => [
      node.code,
      {
        code: node.code,
        aes: node.key === undefined ? undefined : room.key(AES_KEY_BYTES),
        des: node.desKey === undefined ? undefined : room.key(DES_KEY_BYTES),
        open: schemesOf(node) === 0 ? room.key(0) : undefined,
        parent: parentOf(node.code, areas),
      },
    ]),
  );
}

/** The smallest area around a node, or the system around the root area. */
function parentOf(code: NodeCode, areas: readonly PersonalisedArea[]): NodeCode | undefined {
  if (code === SYSTEM_NODE) return undefined;
  let parent: PersonalisedArea | undefined;
  for (const area of areas) {
    const isAround = area.code !== code && area.code <= code && code <= area.endCode;
    if (isAround && (parent === undefined || area.code >= parent.code)) parent = area;
  }
  return parent?.code ?? SYSTEM_NODE;
}

function certificateFiles(
  certificate: PersonalisedCertificate,
  services: ReadonlyMap<number, CardService>,
  room: MemoryRoom,
): CertificateFiles | undefined {
  const { purseService, historyService, certificateService } = certificate;
  const purse = services.get(purseService)?.file;
  const history = services.get(historyService)?.file;
  const own = services.get(certificateService)?.file;
  if (purse === undefined || history === undefined || own === undefined) return undefined;
  const key = room.key(AES_KEY_BYTES);
  const codes = { purseService, historyService, certificateService };
  return { services: codes, key, purse, history, certificate: own };
}

/**
 * An area before what lies in it, each level by code. Areas nest by their code ranges
 * and an area's attribute is lower than any service's, so this walk is the order of the codes.
 */
function foundNodesOf({ areas, services }: PersonalisedSystem): CardSystem['foundNodes'] {
  const nodes = [
    ...areas.map(({ code, endCode }) => ({ kind: 'area' as const, code, endCode })),
    ...services.map(({ code }) => ({ kind: 'service' as const, code })),
  ];
  return nodes.sort((first, second) => first.code - second.code);
}
