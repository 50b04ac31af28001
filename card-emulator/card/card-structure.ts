import { BLOCK_BYTES } from '../felica/block-access.ts';
import { KEY_BYTES } from '../purse/card-key.ts';
import type {
  CardPersonalisation,
  PersonalisedArea,
  PersonalisedCertificate,
  PersonalisedKey,
  PersonalisedService,
  PersonalisedSystem,
} from '../purse/card-profile.ts';
import { CardStructureError } from './card-error.ts';
import {
  isAreaCode,
  maySubdivide,
  SYSTEM_NODE,
  serviceAttributeOf,
  serviceNumberOf,
} from './service-attribute.ts';

/** The system number is the upper half of the first byte of the IDm. */
export const SYSTEMS_MAX = 16;

const ISSUE_FIELD_BYTES = 8;
const ROOT_AREA_CODE = 0x0000;
/** FFFF answers Request Service for a node that is absent. */
const KEY_VERSION_MAX = 0xfffe;
const CERTIFICATE_KEY_VERSION_MAX = 0xff;
/** A block list element has two bytes for the block number. */
const BLOCKS_MAX = 0x1_0000;
const WILDCARD_BYTE = 0xff;

/** Throws {@link CardStructureError} for the first entry that no card can have. */
export function requireCardStructure(personalisation: CardPersonalisation): void {
  const { idm, systems, certificate } = personalisation;
  const systemNumber = (idm[0] ?? 0) >>> 4;
  requireThat(systemNumber === 0, 'idm', 'expected 0 as its first digit, the number of System 0');
  requireBytes('idi', personalisation.idi, ISSUE_FIELD_BYTES);
  requireBytes('pmi', personalisation.pmi, ISSUE_FIELD_BYTES);
  requireBytes('individualKey', personalisation.individualKey, KEY_BYTES);
  const isCountLegal = systems.length >= 1 && systems.length <= SYSTEMS_MAX;
  requireThat(isCountLegal, 'systems', `expected 1 to ${SYSTEMS_MAX}, got ${systems.length}`);
  for (const [index, system] of systems.entries()) requireSystem(`systems[${index}]`, system);
  requireDistinct(
    systems.map(({ systemCode }) => systemCode),
    (index) => `systems[${index}].systemCode`,
  );
  if (certificate !== undefined) requireCertificate(certificate, systems);
}

/** The one system in which the services of the certificate lie. */
export function certifiedSystemIndex(
  certificate: PersonalisedCertificate,
  systems: readonly PersonalisedSystem[],
): number {
  const { purseService, historyService, certificateService } = certificate;
  return systems.findIndex(({ services }) =>
    [purseService, historyService, certificateService].every((code) =>
      services.some((service) => service.code === code),
    ),
  );
}

function requireSystem(field: string, system: PersonalisedSystem): void {
  const { systemCode, areas, services } = system;
  const isNamable = systemCode >>> 8 !== WILDCARD_BYTE && (systemCode & 0xff) !== WILDCARD_BYTE;
  requireThat(isNamable, `${field}.systemCode`, 'expected no byte ff, which is a wildcard');
  requireKey(`${field}.systemKey`, system.systemKey);
  requireAreas(`${field}.areas`, areas);
  for (const [index, service] of services.entries()) {
    requireService(`${field}.services[${index}]`, service);
  }
  requireDistinct(
    services.map(({ code }) => code),
    (index) => `${field}.services[${index}].code`,
  );
  requireBlocks(field, system);
}

function requireAreas(field: string, areas: readonly PersonalisedArea[]): void {
  for (const [index, area] of areas.entries()) {
    requireThat(isAreaCode(area.code), `${field}[${index}].code`, 'expected attribute 00 or 01');
    const isRange = area.endCode >= area.code && area.endCode !== SYSTEM_NODE;
    requireThat(isRange, `${field}[${index}].endCode`, 'expected the code or above, up to fffe');
    requireKey(`${field}[${index}]`, area);
  }
  requireDistinct(
    areas.map(({ code }) => code),
    (index) => `${field}[${index}].code`,
  );
  requireThat(
    areas.some(({ code }) => code === ROOT_AREA_CODE),
    field,
    'expected the root area 0000',
  );
  for (const [index, area] of areas.entries()) {
    requireNesting(`${field}[${index}]`, area, areas);
  }
}

/** Areas lie side by side or one inside the other, and all of them inside the root area. */
function requireNesting(
  field: string,
  area: PersonalisedArea,
  areas: readonly PersonalisedArea[],
): void {
  for (const other of areas) {
    if (other === area) continue;
    const isApart = area.endCode < other.code || area.code > other.endCode;
    const isInside = area.code >= other.code && area.endCode <= other.endCode;
    const isAround = other.code >= area.code && other.endCode <= area.endCode;
    requireThat(isApart || isInside || isAround, field, 'expected no overlap with another area');
    const isPermitted = isApart || !isInside || maySubdivide(other.code);
    requireThat(isPermitted, field, 'expected an area around it that permits sub-areas');
    const isUnderRoot = other.code !== ROOT_AREA_CODE || isInside;
    requireThat(isUnderRoot, field, 'expected it inside the root area');
  }
}

function requireService(field: string, service: PersonalisedService): void {
  const attribute = serviceAttributeOf(service.code);
  if (attribute === undefined) {
    throw new CardStructureError(`${field}.code`, 'expected an attribute from 08 to 17');
  }
  requireKeyVersion(`${field}.version`, service.version, KEY_VERSION_MAX);
  if (service.key !== undefined) requireBytes(`${field}.key`, service.key, KEY_BYTES);
  const hasKey = service.key !== undefined;
  const expected = attribute.isKeyRequired ? 'a key' : 'no key';
  requireThat(hasKey === attribute.isKeyRequired, `${field}.key`, `expected ${expected}`);
}

function requireBlocks(field: string, { services, blocks }: PersonalisedSystem): void {
  for (const [index, { code }] of services.entries()) {
    const number = serviceNumberOf(code);
    const service = `${field}.services[${index}].code`;
    const hasBlocks = blocks.some(({ serviceNumber }) => serviceNumber === number);
    requireThat(hasBlocks, service, 'expected blocks for its service number');
    const kind = serviceAttributeOf(code)?.kind;
    // Kinds may not be mixed, or a random service could set the balance of a purse (M617 §3.4.6).
    const isOneKind = services.every(
      (other) =>
        serviceNumberOf(other.code) !== number || serviceAttributeOf(other.code)?.kind === kind,
    );
    requireThat(isOneKind, service, 'expected overlapping services of one kind');
  }
  for (const [index, file] of blocks.entries()) {
    const path = `${field}.blocks[${index}]`;
    const isUsed = services.some(({ code }) => serviceNumberOf(code) === file.serviceNumber);
    requireThat(isUsed, `${path}.serviceNumber`, 'expected a service with this number');
    const isCountLegal = file.blocks.length >= 1 && file.blocks.length <= BLOCKS_MAX;
    requireThat(isCountLegal, `${path}.blocks`, `expected 1 to ${BLOCKS_MAX} blocks`);
    for (const [number, block] of file.blocks.entries()) {
      requireBytes(`${path}.blocks[${number}]`, block, BLOCK_BYTES);
    }
  }
  requireDistinct(
    blocks.map(({ serviceNumber }) => serviceNumber),
    (index) => `${field}.blocks[${index}].serviceNumber`,
  );
}

/** Nobody but the card may write a certificate, and one certificate speaks of one purse block. */
function requireCertificate(
  certificate: PersonalisedCertificate,
  systems: readonly PersonalisedSystem[],
): void {
  requireBytes('certificate.key', certificate.key, KEY_BYTES);
  requireKeyVersion('certificate.version', certificate.version, CERTIFICATE_KEY_VERSION_MAX);
  const system = systems[certifiedSystemIndex(certificate, systems)];
  if (system === undefined) {
    throw new CardStructureError('certificate', 'expected its three services in one system');
  }
  const { purseService, historyService, certificateService } = certificate;
  const isPurse = serviceAttributeOf(purseService)?.kind === 'purse';
  requireThat(isPurse, 'certificate.purseService', 'expected a purse service');
  const purse = system.blocks.find(
    ({ serviceNumber }) => serviceNumber === serviceNumberOf(purseService),
  );
  requireThat(purse?.blocks.length === 1, 'certificate.purseService', 'expected one block');
  const isCyclic = serviceAttributeOf(historyService)?.kind === 'cyclic';
  requireThat(isCyclic, 'certificate.historyService', 'expected a cyclic service');
  const isReadOnly = system.services
    .filter(({ code }) => serviceNumberOf(code) === serviceNumberOf(certificateService))
    .map(({ code }) => serviceAttributeOf(code))
    .every((attribute) => attribute?.kind === 'random' && attribute.access === 'read-only');
  requireThat(isReadOnly, 'certificate.certificateService', 'expected random and read-only');
}

function requireKey(field: string, { key, version }: PersonalisedKey): void {
  requireBytes(`${field}.key`, key, KEY_BYTES);
  requireKeyVersion(`${field}.version`, version, KEY_VERSION_MAX);
}

function requireKeyVersion(field: string, version: number, max: number): void {
  const isLegal = Number.isInteger(version) && version >= 0 && version <= max;
  requireThat(isLegal, field, `expected a whole number from 0 to ${max}, got ${version}`);
}

/** The content may be a key: only its length is shown. */
function requireBytes(field: string, bytes: Uint8Array, length: number): void {
  requireThat(bytes.length === length, field, `expected ${length} bytes, got ${bytes.length}`);
}

function requireDistinct(values: readonly number[], fieldOf: (index: number) => string): void {
  for (const [index, value] of values.entries()) {
    requireThat(values.indexOf(value) === index, fieldOf(index), 'expected no second one');
  }
}

function requireThat(holds: boolean, field: string, expectation: string): void {
  if (!holds) throw new CardStructureError(field, expectation);
}
