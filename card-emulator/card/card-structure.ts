import { BLOCK_BYTES } from '../felica/block-access.ts';
import type {
  CardPersonalisation,
  PersonalisedArea,
  PersonalisedBlocks,
  PersonalisedCertificate,
  PersonalisedContainer,
  PersonalisedKeys,
  PersonalisedService,
  PersonalisedSystem,
  PurseLimits,
  ServiceKind,
} from '../purse/card-profile.ts';
import { CardStructureError } from './card-error.ts';
import { AES_KEY_BYTES, DES_KEY_BYTES } from './key-bytes.ts';
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
const LIMITS_GENERATION_MAX = 0xff;
const CONTAINER_FORMAT_BYTES = 5;
const CONTAINER_MODEL_BYTES = 11;
const CONTAINER_ID_BYTES = 8;
/** A block list element has two bytes for the block number. */
const BLOCKS_MAX = 0x1_0000;
const WILDCARD_BYTE = 0xff;
/** What a phone with host card emulation may be: its controller answers to nothing else. */
const PHONE_IDM_PREFIX: readonly number[] = [0x02, 0xfe];
const PHONE_SYSTEM_CODE_MIN = 0x4000;
const PHONE_SYSTEM_CODE_MAX = 0x4fff;

/** Throws {@link CardStructureError} for the first entry that no card can have. */
export function requireCardStructure(personalisation: CardPersonalisation): void {
  const { idm, systems, certificate, container, individualKey } = personalisation;
  const systemNumber = (idm[0] ?? 0) >>> 4;
  requireThat(systemNumber === 0, 'idm', 'expected 0 as its first digit, the number of System 0');
  if (personalisation.personality === 'hce-f') requirePhone(idm, systems);
  requireBytes('idi', personalisation.idi, ISSUE_FIELD_BYTES);
  requireBytes('pmi', personalisation.pmi, ISSUE_FIELD_BYTES);
  const isCountLegal = systems.length >= 1 && systems.length <= SYSTEMS_MAX;
  requireThat(isCountLegal, 'systems', `expected 1 to ${SYSTEMS_MAX}, got ${systems.length}`);
  const schemes = schemesOf(systems[0]?.systemKey ?? {});
  const hasIndividualKey = individualKey !== undefined;
  const expected = schemes.hasAes ? 'a key, for the AES scheme' : 'no key without the AES scheme';
  requireThat(hasIndividualKey === schemes.hasAes, 'individualKey', `expected ${expected}`);
  if (individualKey) requireBytes('individualKey', individualKey, AES_KEY_BYTES);
  for (const [index, system] of systems.entries()) {
    requireSystem(`systems[${index}]`, system, schemes);
  }
  requireDistinct(
    systems.map(({ systemCode }) => systemCode),
    (index) => `systems[${index}].systemCode`,
  );
  if (certificate !== undefined) requireCertificate(certificate, systems);
  if (container !== undefined) requireContainer(container);
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

function requirePhone(idm: Uint8Array, systems: readonly PersonalisedSystem[]): void {
  const isPhone = PHONE_IDM_PREFIX.every((byte, index) => idm[index] === byte);
  requireThat(isPhone, 'idm', 'expected 02fe at its beginning, as phones have it');
  requireThat(systems.length === 1, 'systems', `expected one for a phone, got ${systems.length}`);
  const code = systems[0]?.systemCode ?? 0;
  const isPermitted = code >= PHONE_SYSTEM_CODE_MIN && code <= PHONE_SYSTEM_CODE_MAX;
  requireThat(isPermitted, 'systems[0].systemCode', 'expected 4000 to 4fff for a phone');
}

function requireContainer({ format, model, id }: PersonalisedContainer): void {
  requireBytes('container.format', format, CONTAINER_FORMAT_BYTES);
  requireBytes('container.model', model, CONTAINER_MODEL_BYTES);
  requireBytes('container.id', id, CONTAINER_ID_BYTES);
}

/** All keyed nodes of a card have the same ones. */
interface Schemes {
  readonly hasAes: boolean;
  readonly hasDes: boolean;
}

function schemesOf({ key, desKey }: PersonalisedKeys): Schemes {
  return { hasAes: key !== undefined, hasDes: desKey !== undefined };
}

function requireSystem(field: string, system: PersonalisedSystem, schemes: Schemes): void {
  const { systemCode, areas, services } = system;
  const isNamable = systemCode >>> 8 !== WILDCARD_BYTE && (systemCode & 0xff) !== WILDCARD_BYTE;
  requireThat(isNamable, `${field}.systemCode`, 'expected no byte ff, which is a wildcard');
  requireKeys(`${field}.systemKey`, system.systemKey, schemes);
  requireAreas(`${field}.areas`, areas, schemes);
  for (const [index, service] of services.entries()) {
    requireService(`${field}.services[${index}]`, service, schemes);
  }
  requireDistinct(
    services.map(({ code }) => code),
    (index) => `${field}.services[${index}].code`,
  );
  requireBlocks(field, system);
}

function requireAreas(field: string, areas: readonly PersonalisedArea[], schemes: Schemes): void {
  for (const [index, area] of areas.entries()) {
    requireThat(isAreaCode(area.code), `${field}[${index}].code`, 'expected attribute 00 or 01');
    const isRange = area.endCode >= area.code && area.endCode !== SYSTEM_NODE;
    requireThat(isRange, `${field}[${index}].endCode`, 'expected the code or above, up to fffe');
    requireKeys(`${field}[${index}]`, area, schemes);
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

function requireService(field: string, service: PersonalisedService, schemes: Schemes): void {
  const attribute = serviceAttributeOf(service.code);
  if (attribute === undefined) {
    throw new CardStructureError(`${field}.code`, 'expected an attribute from 08 to 17');
  }
  if (attribute.isKeyRequired) {
    requireKeys(field, service, schemes);
    return;
  }
  const { key, version, desKey, desVersion } = service;
  requireThat(key === undefined, `${field}.key`, 'expected no key');
  requireThat(desKey === undefined, `${field}.desKey`, 'expected no key');
  requireThat(desVersion === undefined, `${field}.desVersion`, 'expected no key and no version');
  requireKeyVersion(`${field}.version`, version, KEY_VERSION_MAX);
}

function requireBlocks(field: string, { services, blocks }: PersonalisedSystem): void {
  for (const [index, { code }] of services.entries()) {
    const number = serviceNumberOf(code);
    const service = `${field}.services[${index}].code`;
    const kind = serviceAttributeOf(code)?.kind;
    const own = blocks.filter(({ serviceNumber }) => serviceNumber === number);
    const hasBlocks = own.some((file) => file.kind === undefined || file.kind === kind);
    requireThat(hasBlocks, service, 'expected blocks for its service number');
    // With blocks in common, a random service could set the balance of a purse (M617 §3.4.6).
    const isOneKind = services.every(
      (other) =>
        serviceNumberOf(other.code) !== number || serviceAttributeOf(other.code)?.kind === kind,
    );
    const isApart = own.every((file) => file.kind !== undefined);
    requireThat(isOneKind || isApart, service, 'expected overlapping services of one kind');
  }
  for (const [index, file] of blocks.entries()) {
    requireFile(`${field}.blocks[${index}]`, file, services);
    const isSecond = blocks.slice(0, index).some((other) => isSameFile(other, file));
    requireThat(!isSecond, `${field}.blocks[${index}].serviceNumber`, 'expected no second one');
  }
}

function isSameFile(first: PersonalisedBlocks, second: PersonalisedBlocks): boolean {
  if (first.serviceNumber !== second.serviceNumber) return false;
  return first.kind === second.kind || first.kind === undefined || second.kind === undefined;
}

function requireFile(
  field: string,
  { serviceNumber, kind, blocks, limits }: PersonalisedBlocks,
  services: readonly PersonalisedService[],
): void {
  const kinds = services
    .filter(({ code }) => serviceNumberOf(code) === serviceNumber)
    .map(({ code }) => serviceAttributeOf(code)?.kind);
  const isUsed = kind === undefined ? kinds.length > 0 : kinds.includes(kind);
  requireThat(isUsed, `${field}.serviceNumber`, 'expected a service with this number');
  const isCountLegal = blocks.length >= 1 && blocks.length <= BLOCKS_MAX;
  requireThat(isCountLegal, `${field}.blocks`, `expected 1 to ${BLOCKS_MAX} blocks`);
  if (limits !== undefined) requireLimits(`${field}.limits`, limits, kind ?? kinds[0]);
  for (const [number, block] of blocks.entries()) {
    requireBytes(`${field}.blocks[${number}]`, block, BLOCK_BYTES);
  }
}

/** Nobody but the card may write a certificate, and one certificate speaks of one purse block. */
function requireCertificate(
  certificate: PersonalisedCertificate,
  systems: readonly PersonalisedSystem[],
): void {
  requireBytes('certificate.key', certificate.key, AES_KEY_BYTES);
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
  const isUnlimited = purse?.limits === undefined;
  requireThat(isUnlimited, 'certificate.purseService', 'expected a purse without limits');
  const isCyclic = serviceAttributeOf(historyService)?.kind === 'cyclic';
  requireThat(isCyclic, 'certificate.historyService', 'expected a cyclic service');
  const isReadOnly = system.services
    .filter(({ code }) => serviceNumberOf(code) === serviceNumberOf(certificateService))
    .map(({ code }) => serviceAttributeOf(code))
    .every((attribute) => attribute?.kind === 'random' && attribute.access === 'read-only');
  requireThat(isReadOnly, 'certificate.certificateService', 'expected random and read-only');
}

/** The schemes of a card are those of the key of its System 0: at least one, and the same for all. */
function requireKeys(field: string, keys: PersonalisedKeys, schemes: Schemes): void {
  const { key, version, desKey, desVersion } = keys;
  const hasKey = schemes.hasAes || schemes.hasDes;
  requireThat(hasKey, `${field}.key`, 'expected an AES key, a DES key, or both');
  requireScheme(field, schemes.hasAes, { name: 'key', key, keyBytes: AES_KEY_BYTES });
  requireScheme(field, schemes.hasDes, { name: 'desKey', key: desKey, keyBytes: DES_KEY_BYTES });
  if (schemes.hasAes) requireKeyVersion(`${field}.version`, version, KEY_VERSION_MAX);
  else requireThat(version === undefined, `${field}.version`, 'expected none without an AES key');
  if (schemes.hasDes) requireKeyVersion(`${field}.desVersion`, desVersion, KEY_VERSION_MAX);
  else requireThat(desVersion === undefined, `${field}.desVersion`, 'expected no DES key');
}

function requireScheme(
  field: string,
  isExpected: boolean,
  given: {
    readonly name: string;
    readonly key: Uint8Array | undefined;
    readonly keyBytes: number;
  },
): void {
  const { name, key, keyBytes } = given;
  const expected = isExpected ? 'a key' : 'no key';
  requireThat((key !== undefined) === isExpected, `${field}.${name}`, `expected ${expected}`);
  if (key !== undefined) requireBytes(`${field}.${name}`, key, keyBytes);
}

function requireKeyVersion(field: string, version: number | undefined, max: number): void {
  const isLegal = Number.isInteger(version) && version !== undefined && version >= 0;
  requireThat(
    isLegal && version <= max,
    field,
    `expected a whole number from 0 to ${max}, got ${version ?? 'none'}`,
  );
}

function requireLimits(field: string, limits: PurseLimits, kind: ServiceKind | undefined): void {
  requireThat(kind === 'purse', field, 'expected none but for purse services');
  const { lower, upper, generation } = limits;
  const isBound = (bound: number): boolean => Number.isInteger(bound) && (bound | 0) === bound;
  requireThat(isBound(lower), `${field}.lower`, 'expected a whole number of 32 bits');
  requireThat(isBound(upper), `${field}.upper`, 'expected a whole number of 32 bits');
  requireThat(lower <= upper, `${field}.lower`, 'expected the upper limit or less');
  requireKeyVersion(`${field}.generation`, generation, LIMITS_GENERATION_MAX);
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
