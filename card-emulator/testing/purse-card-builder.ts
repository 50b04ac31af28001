import { CardStructureError } from '../card/card-error.ts';
import { createFelicaCard, type FelicaCard, type FelicaCardOptions } from '../card/felica-card.ts';
import type { MemoryCondition } from '../card/memory-condition.ts';
import { PERSONALITIES } from '../card/personality.ts';
import { serviceNumberOf } from '../card/service-attribute.ts';
import { formatIdm, type IDm } from '../felica/identifiers.ts';
import { type CardKeyLabel, deriveCardKey, KEY_BYTES } from '../purse/card-key.ts';
import {
  type CardPersonalisation,
  HISTORY_ENTRY_COUNT,
  HISTORY_WRITE,
  PURSE_DIRECT,
  personalise,
} from '../purse/card-profile.ts';
import { encodeHistoryEntry } from '../purse/history-block.ts';
import {
  CARD_COUNTER_MAX,
  encodePurseBlock,
  executionIdOf,
  PURSE_BALANCE_MAX,
} from '../purse/purse-block.ts';
import { type BusinessDate, businessDate, type Yen, yen } from '../units.ts';
import { type BytesText, bytesOfLength, dayOf, idmOf, wholeOf, yenOf } from './field-value.ts';
import { type PastEntry, pastEntries } from './past-entry.ts';
import { recordOf, seededRandom, testKeys } from './test-keys.ts';

interface PursePlan {
  readonly idm: IDm;
  readonly balance: Yen;
  readonly past: readonly PastEntry[];
  readonly isBlocked: boolean;
  readonly expiry: BusinessDate;
  readonly issuerId: number;
  readonly keyVersion: number;
  readonly masters: Readonly<Record<CardKeyLabel, Uint8Array>>;
  readonly balanceMax: Yen;
  readonly debitMax: Yen;
  readonly memoryCondition: MemoryCondition;
  /** Absent: bytes that follow from the IDm. */
  readonly random: FelicaCardOptions['random'] | undefined;
}

const NEW_PURSE: PursePlan = {
  idm: idmOf('idm', '01124b5a00000001'),
  balance: yen(0),
  past: [],
  isBlocked: false,
  // Far enough away for a test that takes today from the clock.
  expiry: businessDate('2099-12-31'),
  issuerId: testKeys.issuerId,
  keyVersion: testKeys.keyVersion,
  masters: testKeys.masters,
  balanceMax: yen(50_000),
  debitMax: yen(20_000),
  memoryCondition: 'sound',
  random: undefined,
};

/**
 * Builds a card of our own profile, empty unless told otherwise, under the public {@link testKeys}.
 * Each step returns a new builder and leaves the old one as it was; whatever no card could be is a
 * `CardStructureError` that names the field, from the step itself or from `build`. Two cards of one
 * plan answer alike, byte for byte, in every run.
 */
export class PurseCardBuilder {
  readonly #plan: PursePlan;

  constructor(plan: PursePlan = NEW_PURSE) {
    this.#plan = plan;
  }

  /** 8 bytes; the first digit is 0. */
  idm(idm: BytesText): PurseCardBuilder {
    return this.#with({ idm: idmOf('idm', idm) });
  }

  /** In yen. It may be above what the card's own limit permits, as on a card that was tampered with. */
  balance(balance: number): PurseCardBuilder {
    return this.#with({ balance: yenOf('balance', balance, PURSE_BALANCE_MAX) });
  }

  /** What lies in the log, the newest first, up to 20 entries; see {@link PastEntry}. */
  history(entries: readonly PastEntry[]): PurseCardBuilder {
    if (entries.length > HISTORY_ENTRY_COUNT) {
      const expectation = `expected at most ${HISTORY_ENTRY_COUNT} entries, got ${entries.length}`;
      throw new CardStructureError('history', expectation);
    }
    return this.#with({ past: entries.map((entry) => ({ ...entry })) });
  }

  /** With the flag of an issuer that blocked it. */
  blocked(): PurseCardBuilder {
    return this.#with({ isBlocked: true });
  }

  /** The last day of use, as `2031-03-31`. */
  expiresOn(day: string): PurseCardBuilder {
    return this.#with({ expiry: dayOf('expiresOn', day) });
  }

  issuer(issuerId: number): PurseCardBuilder {
    return this.#with({ issuerId: wholeOf('issuer', issuerId, 0xffff) });
  }

  /** The generation of all keys, 1 to 255. */
  keyVersion(keyVersion: number): PurseCardBuilder {
    if (keyVersion === 0) throw new CardStructureError('keyVersion', 'expected 1 to 255, got 0');
    return this.#with({ keyVersion: wholeOf('keyVersion', keyVersion, 0xff) });
  }

  /** Master keys, 16 bytes each, from which the card's own are derived; the others stay as they are. */
  keys(masters: Readonly<Partial<Record<CardKeyLabel, BytesText>>>): PurseCardBuilder {
    const known = this.#plan.masters;
    for (const label of Object.keys(masters)) {
      if (!Object.hasOwn(known, label)) {
        throw new CardStructureError(`keys.${label}`, `expected ${Object.keys(known).join(', ')}`);
      }
    }
    const keyOf = (label: CardKeyLabel): Uint8Array => {
      const master = masters[label];
      if (master === undefined) return known[label];
      return bytesOfLength(`keys.${label}`, master, KEY_BYTES);
    };
    return this.#with({ masters: recordOf(keyOf) });
  }

  /** The most the purse may hold and the most one debit may take: what the card tells a terminal. */
  limits(limits: { readonly balanceMax?: number; readonly debitMax?: number }): PurseCardBuilder {
    const { balanceMax = this.#plan.balanceMax, debitMax = this.#plan.debitMax } = limits;
    return this.#with({
      balanceMax: yenOf('limits.balanceMax', balanceMax, PURSE_BALANCE_MAX),
      debitMax: yenOf('limits.debitMax', debitMax, PURSE_BALANCE_MAX),
    });
  }

  /** `worn` answers a write with the warning 71, `failed` with the error 70. */
  memory(memoryCondition: MemoryCondition): PurseCardBuilder {
    return this.#with({ memoryCondition });
  }

  /** Other random bytes than those that follow from the IDm, such as `randomBytes` of `node:crypto`. */
  random(random: FelicaCardOptions['random']): PurseCardBuilder {
    return this.#with({ random });
  }

  /** A new card, without power. */
  build(): FelicaCard {
    const { idm, memoryCondition } = this.#plan;
    const random = this.#plan.random ?? seededRandom(`card ${formatIdm(idm)}`);
    const card = createFelicaCard(personalisationOf(this.#plan), { random });
    card.memoryCondition = memoryCondition;
    return card;
  }

  #with(change: Partial<PursePlan>): PurseCardBuilder {
    return new PurseCardBuilder({ ...this.#plan, ...change });
  }
}

function personalisationOf(plan: PursePlan): CardPersonalisation {
  const { idm, keyVersion, masters, issuerId, expiry, isBlocked, balanceMax, debitMax } = plan;
  const empty = personalise({
    idm,
    pmm: PERSONALITIES.purse.pmm,
    cardData: { keyVersion, issuerId, expiry, isBlocked, balanceMax, debitMax },
    keys: recordOf((label) => deriveCardKey(masters[label], { label, idm, version: keyVersion })),
    systemKey: testKeys.aesKey,
    rootAreaKey: testKeys.aesKey,
    purseAreaKey: testKeys.aesKey,
  });
  const contents = new Map([
    [serviceNumberOf(PURSE_DIRECT), [purseBlockOf(plan)]],
    [serviceNumberOf(HISTORY_WRITE), historyBlocksOf(plan)],
  ]);
  return {
    ...empty,
    systems: empty.systems.map((system) => ({
      ...system,
      blocks: system.blocks.map((file) => {
        const written = contents.get(file.serviceNumber) ?? [];
        return { ...file, blocks: [...written, ...file.blocks.slice(written.length)] };
      }),
    })),
  };
}

/** As the newest entry left it: its counter in the execution ID, and its amount to be given back. */
function purseBlockOf({ balance, past }: PursePlan): Uint8Array {
  const [newest] = pastEntries(past, balance);
  return encodePurseBlock({
    balance,
    cashback: newest?.kind === 'debit' ? newest.amount : yen(0),
    userData: new Uint8Array(4),
    executionId: executionIdOf(Math.min(newest?.cardCounter ?? 0, CARD_COUNTER_MAX), 0),
  });
}

function historyBlocksOf({ balance, past }: PursePlan): readonly Uint8Array[] {
  return pastEntries(past, balance).map(encodeHistoryEntry);
}
