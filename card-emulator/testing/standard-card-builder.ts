import { CardStructureError } from '../card/card-error.ts';
import { createFelicaCard, type FelicaCard, type FelicaCardOptions } from '../card/felica-card.ts';
import type { MemoryCondition } from '../card/memory-condition.ts';
import { PERSONALITIES } from '../card/personality.ts';
import { serviceAttributeOf, serviceNumberOf } from '../card/service-attribute.ts';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { formatIdm, type IDm, nodeCode, type PMm, systemCode } from '../felica/identifiers.ts';
import type {
  CardPersonalisation,
  PersonalisedBlocks,
  PersonalisedKeys,
  PersonalisedService,
  PersonalisedSystem,
} from '../purse/card-profile.ts';
import { type BytesText, blockOf, bytesOfLength, idmOf, pmmOf, wholeOf } from './field-value.ts';
import { seededRandom, testKeys } from './test-keys.ts';

/** The kinds of card that have no content of their own until they are given some. */
export type StandardPersonality = 'suica' | 'rc-sa' | 'hce-f';

/** The keys of one node instead of the test keys, as the kind of card has them. */
export interface NodeKeys {
  /** 16 bytes. */
  readonly aesKey?: BytesText;
  /** 8 bytes. */
  readonly desKey?: BytesText;
  /** 1 unless given. */
  readonly keyVersion?: number;
}

export interface ServicePlan extends NodeKeys {
  /**
   * The blocks, or how many empty ones; of a cyclic service the newest first. Services of one number
   * have the same blocks, so only the first of them is given any; one empty block unless given.
   */
  readonly blocks?: number | readonly BytesText[];
}

interface CardPlan {
  readonly personality: StandardPersonality;
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly systems: readonly PersonalisedSystem[];
  readonly memoryCondition: MemoryCondition;
  readonly random: FelicaCardOptions['random'] | undefined;
}

const KEY_VERSION = 1;
const KEY_VERSION_MAX = 0xfffe;
const CODE_MAX = 0xffff;
const BLOCKS_MAX = 0x1_0000;
const ROOT_AREA = nodeCode(0x0000);
const ROOT_END = nodeCode(0xfffe);
const ISSUE_FIELD_BYTES = 8;

const IDMS: Readonly<Record<StandardPersonality, string>> = {
  suica: '0112000000000001',
  'rc-sa': '0112000000000002',
  'hce-f': '02fe000000000003',
};

/** The schemes whose keys the nodes of each kind have; a phone proves none, and has them on paper. */
const SCHEMES: Readonly<
  Record<StandardPersonality, { readonly hasAes: boolean; readonly hasDes: boolean }>
> = {
  suica: { hasAes: false, hasDes: true },
  'rc-sa': { hasAes: true, hasDes: true },
  'hce-f': { hasAes: true, hasDes: false },
};

/**
 * Builds a FeliCa Standard card, system by system. Each step returns a new builder and leaves the old
 * one as it was; whatever no card could be is a `CardStructureError` that names the field, from the
 * step itself or from `build`. Two cards of one plan answer alike, byte for byte, in every run.
 */
export class StandardCardBuilder {
  readonly #plan: CardPlan;

  constructor(plan: CardPlan) {
    this.#plan = plan;
  }

  /** 8 bytes; the first digit is 0. */
  idm(idm: BytesText): StandardCardBuilder {
    return this.#with({ idm: idmOf('idm', idm) });
  }

  /** 8 bytes: the type of the chip, and how long a reader waits for its answers. */
  pmm(pmm: BytesText): StandardCardBuilder {
    return this.#with({ pmm: pmmOf('pmm', pmm) });
  }

  /** One more system, with its root area; `area` and `service` that follow are in it. */
  system(code: number, keys: NodeKeys = {}): StandardCardBuilder {
    const field = `systems[${this.#plan.systems.length}]`;
    const system: PersonalisedSystem = {
      systemCode: systemCode(wholeOf(`${field}.systemCode`, code, CODE_MAX)),
      systemKey: this.#keysOf(`${field}.systemKey`, keys),
      areas: [{ code: ROOT_AREA, endCode: ROOT_END, ...this.#keysOf(`${field}.areas[0]`, keys) }],
      services: [],
      blocks: [],
    };
    return this.#with({ systems: [...this.#plan.systems, system] });
  }

  /** An area of the last system, from its code to its last one. */
  area(code: number, endCode: number, keys: NodeKeys = {}): StandardCardBuilder {
    const { field, system } = this.#lastSystem('area');
    const at = `${field}.areas[${system.areas.length}]`;
    const area = {
      code: nodeCode(wholeOf(`${at}.code`, code, CODE_MAX)),
      endCode: nodeCode(wholeOf(`${at}.endCode`, endCode, CODE_MAX)),
      ...this.#keysOf(at, keys),
    };
    return this.#withLast({ ...system, areas: [...system.areas, area] });
  }

  /** A service of the last system; its code says what it holds and who may do what. */
  service(code: number, plan: ServicePlan = {}): StandardCardBuilder {
    const { field, system } = this.#lastSystem('service');
    const at = `${field}.services[${system.services.length}]`;
    const service = this.#serviceOf(at, code, plan);
    const file = fileOf(`${at}.blocks`, { service, plan, files: system.blocks });
    return this.#withLast({
      ...system,
      services: [...system.services, service],
      blocks: file === undefined ? system.blocks : [...system.blocks, file],
    });
  }

  /** `worn` answers a write with the warning 71, `failed` with the error 70. */
  memory(memoryCondition: MemoryCondition): StandardCardBuilder {
    return this.#with({ memoryCondition });
  }

  /** Other random bytes than those that follow from the IDm, such as `randomBytes` of `node:crypto`. */
  random(random: FelicaCardOptions['random']): StandardCardBuilder {
    return this.#with({ random });
  }

  /** A new card, without power. */
  build(): FelicaCard {
    const { idm, pmm, personality, systems, memoryCondition } = this.#plan;
    const personalisation: CardPersonalisation = {
      personality,
      idm,
      pmm,
      idi: idm.slice(),
      pmi: new Uint8Array(ISSUE_FIELD_BYTES),
      ...(SCHEMES[personality].hasAes && { individualKey: testKeys.aesKey }),
      systems,
    };
    const random = this.#plan.random ?? seededRandom(`card ${formatIdm(idm)}`);
    const card = createFelicaCard(personalisation, { random });
    card.memoryCondition = memoryCondition;
    return card;
  }

  #serviceOf(field: string, value: number, plan: ServicePlan): PersonalisedService {
    const code = nodeCode(wholeOf(`${field}.code`, value, CODE_MAX));
    const attribute = serviceAttributeOf(code);
    if (attribute === undefined) {
      throw new CardStructureError(`${field}.code`, 'expected an attribute from 08 to 17');
    }
    if (attribute.isKeyRequired) return { code, ...this.#keysOf(field, plan) };
    const { aesKey, desKey, keyVersion = KEY_VERSION } = plan;
    if (aesKey !== undefined || desKey !== undefined) {
      throw new CardStructureError(field, 'expected no key: its code says that none is needed');
    }
    return { code, version: wholeOf(`${field}.keyVersion`, keyVersion, KEY_VERSION_MAX) };
  }

  #keysOf(field: string, keys: NodeKeys): PersonalisedKeys {
    const { hasAes, hasDes } = SCHEMES[this.#plan.personality];
    const { aesKey, desKey, keyVersion = KEY_VERSION } = keys;
    if (aesKey !== undefined && !hasAes) refuseKey(`${field}.aesKey`);
    if (desKey !== undefined && !hasDes) refuseKey(`${field}.desKey`);
    const version = wholeOf(`${field}.keyVersion`, keyVersion, KEY_VERSION_MAX);
    const key = bytesOfLength(`${field}.aesKey`, aesKey ?? testKeys.aesKey, 16);
    const des = bytesOfLength(`${field}.desKey`, desKey ?? testKeys.desKey, 8);
    return { ...(hasAes && { key, version }), ...(hasDes && { desKey: des, desVersion: version }) };
  }

  #lastSystem(step: string): { readonly field: string; readonly system: PersonalisedSystem } {
    const index = this.#plan.systems.length - 1;
    const system = this.#plan.systems[index];
    if (system === undefined) {
      throw new CardStructureError('systems', `expected a system before the first ${step}`);
    }
    return { field: `systems[${index}]`, system };
  }

  #withLast(system: PersonalisedSystem): StandardCardBuilder {
    return this.#with({ systems: [...this.#plan.systems.slice(0, -1), system] });
  }

  #with(change: Partial<CardPlan>): StandardCardBuilder {
    return new StandardCardBuilder({ ...this.#plan, ...change });
  }
}

/** A builder of a card of this kind, with nothing on it. */
export function standardCardBuilder(personality: StandardPersonality): StandardCardBuilder {
  return new StandardCardBuilder({
    personality,
    idm: idmOf('idm', IDMS[personality]),
    pmm: PERSONALITIES[personality].pmm,
    systems: [],
    memoryCondition: 'sound',
    random: undefined,
  });
}

/** `undefined` where a service before it has brought the blocks of its number. */
function fileOf(
  field: string,
  added: {
    readonly service: PersonalisedService;
    readonly plan: ServicePlan;
    readonly files: readonly PersonalisedBlocks[];
  },
): PersonalisedBlocks | undefined {
  const { service, plan, files } = added;
  const serviceNumber = serviceNumberOf(service.code);
  if (files.some((file) => file.serviceNumber === serviceNumber)) {
    if (plan.blocks === undefined) return undefined;
    throw new CardStructureError(field, 'expected none: a service of its number has brought them');
  }
  const { blocks = 1 } = plan;
  if (typeof blocks !== 'number') {
    const given = blocks.map((block, index) => blockOf(`${field}[${index}]`, block));
    return { serviceNumber, blocks: given };
  }
  const count = wholeOf(field, blocks, BLOCKS_MAX);
  return {
    serviceNumber,
    blocks: Array.from({ length: count }, () => new Uint8Array(BLOCK_BYTES)),
  };
}

function refuseKey(field: string): never {
  throw new CardStructureError(field, 'expected none: cards of this kind have no such scheme');
}
