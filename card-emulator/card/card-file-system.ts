import type { IssueInformation } from '../felica/aes-authentication.ts';
import { BLOCK_BYTES } from '../felica/block-access.ts';
import { type IDm, idm, type NodeCode, pmm } from '../felica/identifiers.ts';
import type {
  CardPersonalisation,
  PersonalisedKey,
  PersonalisedKeys,
  PersonalisedSystem,
} from '../purse/card-profile.ts';
import {
  type BlockFile,
  type CardLayout,
  type CardNode,
  type CardSystem,
  createLayout,
  type KeySlot,
  layoutName,
} from './card-layout.ts';
import { SYSTEM_NODE } from './service-attribute.ts';

/** What a card is and never changes, without what lies in its memory. */
type CardIdentity = Omit<CardPersonalisation, 'systems' | 'individualKey' | 'certificate'>;

/** Layouts in use, the oldest first. A bound, because a test may build any number of odd cards. */
const layouts = new Map<string, CardLayout>();
const LAYOUTS_MAX = 64;

/**
 * What a card remembers without power: one piece of memory with all blocks, keys and key versions.
 *
 * Stored bytes are never written into. A write prepares a new memory and puts it in the place of
 * the old one, so that it is done completely or not at all (M617 §3.6.1).
 */
export class CardFileSystem {
  readonly identity: CardIdentity;
  readonly layout: CardLayout;
  #memory: Uint8Array;
  /** What {@link draft} hands out. Two pieces in turn cost less than a new one for each write. */
  #spare: Uint8Array | undefined;
  #commitCount = 0;

  /** The caller has checked the structure (`requireCardStructure`). All bytes are copied. */
  constructor(personalisation: CardPersonalisation) {
    this.identity = identityOf(personalisation);
    this.layout = layoutFor(personalisation);
    this.#memory = memoryOf(personalisation, this.layout);
  }

  get systems(): readonly CardSystem[] {
    return this.layout.systems;
  }

  get issue(): IssueInformation {
    return this.identity;
  }

  /** Not to be written into. */
  get memory(): Uint8Array {
    return this.#memory;
  }

  /** How often the memory was replaced. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** A copy of the memory to be written into and committed, good until the next one is taken. */
  draft(): Uint8Array {
    this.#spare ??= new Uint8Array(this.layout.memoryBytes);
    this.#spare.set(this.#memory);
    return this.#spare;
  }

  /** Throws `RangeError` for the memory of a card with another layout. */
  commit(memory: Uint8Array): void {
    if (memory.length !== this.layout.memoryBytes) {
      throw new RangeError(
        `memory: expected ${this.layout.memoryBytes} bytes, got ${memory.length}`,
      );
    }
    this.#spare = this.#memory;
    this.#memory = memory;
    this.#commitCount += 1;
  }

  /** A view of one stored block; the caller has compared the number with the file's count. */
  block(file: BlockFile, blockNumber: number): Uint8Array {
    return blockOf(this.#memory, file, blockNumber);
  }

  /** Copies of all blocks of a file. */
  blocks(file: BlockFile): readonly Uint8Array[] {
    return Array.from({ length: file.blockCount }, (_, index) => this.block(file, index).slice());
  }

  key(slot: KeySlot): Uint8Array {
    return this.#memory.subarray(slot.offset, slot.offset + slot.keyBytes);
  }

  version(slot: KeySlot): number {
    const offset = slot.offset + slot.keyBytes;
    return ((this.#memory[offset] ?? 0) << 8) | (this.#memory[offset + 1] ?? 0);
  }

  /** The card's IDm with the system's number in its first four bits. */
  idmOf(system: CardSystem): IDm {
    const bytes = this.identity.idm.slice();
    bytes[0] = ((bytes[0] ?? 0) & 0x0f) | (system.index << 4);
    return idm(bytes);
  }

  /** The inverse of the constructor, with memory as it is now. It holds keys. */
  personalisation(): CardPersonalisation {
    const { individualKey, systems } = this.layout;
    const certificate = systems.find((system) => system.certificate !== undefined)?.certificate;
    return {
      ...identityOf(this.identity),
      ...(individualKey && { individualKey: this.key(individualKey).slice() }),
      systems: systems.map((system) => this.#systemNow(system)),
      ...(certificate && {
        certificate: { ...this.#keyNow(certificate.key), ...certificate.services },
      }),
    };
  }

  #systemNow({ systemCode, nodes, areas, services, files }: CardSystem): PersonalisedSystem {
    const keysOf = (code: NodeCode): PersonalisedKeys => this.#keysNow(nodes.get(code));
    return {
      systemCode,
      systemKey: keysOf(SYSTEM_NODE),
      areas: areas.map((area) => ({ ...area, ...keysOf(area.code) })),
      services: [...services.values()].map(({ code }) => ({ code, ...keysOf(code) })),
      blocks: files.map((file) => ({
        serviceNumber: file.serviceNumber,
        ...(file.kind && { kind: file.kind }),
        blocks: this.blocks(file),
        ...(file.limits && { limits: file.limits }),
      })),
    };
  }

  #keysNow(node: CardNode | undefined): PersonalisedKeys {
    const aes = node?.aes && this.#keyNow(node.aes);
    const des = node?.des && this.#keyNow(node.des);
    return {
      ...aes,
      ...(des && { desKey: des.key, desVersion: des.version }),
      ...(node?.open && { version: this.version(node.open) }),
    };
  }

  #keyNow(slot: KeySlot): PersonalisedKey {
    return { key: this.key(slot).slice(), version: this.version(slot) };
  }
}

/** A view into any memory of the file's layout. */
export function blockOf(memory: Uint8Array, file: BlockFile, blockNumber: number): Uint8Array {
  const start = file.offset + blockNumber * BLOCK_BYTES;
  return memory.subarray(start, start + BLOCK_BYTES);
}

export function writeVersion(memory: Uint8Array, slot: KeySlot, version: number): void {
  const offset = slot.offset + slot.keyBytes;
  memory[offset] = version >> 8;
  memory[offset + 1] = version & 0xff;
}

function identityOf(card: CardIdentity): CardIdentity {
  const { personality, container } = card;
  return {
    ...(personality && { personality }),
    idm: idm(card.idm),
    pmm: pmm(card.pmm),
    idi: card.idi.slice(),
    pmi: card.pmi.slice(),
    ...(container && { container }),
  };
}

function layoutFor(personalisation: CardPersonalisation): CardLayout {
  const name = layoutName(personalisation);
  const known = layouts.get(name);
  if (known !== undefined) return known;
  const layout = createLayout(personalisation);
  const [oldest] = layouts.keys();
  if (layouts.size >= LAYOUTS_MAX && oldest !== undefined) layouts.delete(oldest);
  layouts.set(name, layout);
  return layout;
}

function memoryOf(personalisation: CardPersonalisation, layout: CardLayout): Uint8Array {
  const memory = new Uint8Array(layout.memoryBytes);
  for (const [index, system] of layout.systems.entries()) {
    const personalised = personalisation.systems[index];
    if (personalised !== undefined) writeSystem(memory, system, personalised);
    const { certificate } = personalisation;
    if (certificate && system.certificate) writeKey(memory, system.certificate.key, certificate);
  }
  const { individualKey } = personalisation;
  if (individualKey && layout.individualKey) {
    writeKey(memory, layout.individualKey, { key: individualKey, version: 0 });
  }
  return memory;
}

function writeSystem(memory: Uint8Array, system: CardSystem, from: PersonalisedSystem): void {
  for (const [fileIndex, { blocks }] of from.blocks.entries()) {
    const file = system.files[fileIndex];
    if (file === undefined) continue;
    for (const [index, block] of blocks.entries()) blockOf(memory, file, index).set(block);
  }
  const nodes = [{ code: SYSTEM_NODE, ...from.systemKey }, ...from.areas, ...from.services];
  for (const { code, key, version = 0, desKey, desVersion = 0 } of nodes) {
    const node = system.nodes.get(code);
    if (node?.aes && key) writeKey(memory, node.aes, { key, version });
    if (node?.des && desKey) writeKey(memory, node.des, { key: desKey, version: desVersion });
    if (node?.open) writeVersion(memory, node.open, version);
  }
}

function writeKey(memory: Uint8Array, slot: KeySlot, { key, version }: PersonalisedKey): void {
  memory.set(key, slot.offset);
  writeVersion(memory, slot, version);
}
