import { cardInHand } from '../card/card-fault.ts';
import type { EmulatedCard } from '../card/emulated-card.ts';
import { CommandCode } from '../felica/command-code.ts';
import type { AsyncCardLink, CardLink } from '../link/card-link.ts';
import type { Milliseconds } from '../units.ts';
import { buildCard } from './build-card.ts';
import { losingWriteAnswer, slowWriteLink, swappedLink } from './failing-link.ts';
import type { PurseCardBuilder } from './purse-card-builder.ts';
import { recordOf, testKeys } from './test-keys.ts';

export type MagicCardName =
  | 'approved'
  | 'balance-too-low'
  | 'blocked'
  | 'expired'
  | 'torn-before-commit'
  | 'torn-after-commit'
  | 'answer-lost'
  | 'slow'
  | 'swapped'
  | 'worn'
  | 'memory-failed'
  | 'foreign-issuer'
  | 'foreign-keys';

/** A card that always ends in the same way, as the test card numbers of a payment provider do. */
export interface MagicCard<Link extends CardLink | AsyncCardLink = CardLink> {
  /** What lies on it, for assertions. */
  readonly card: EmulatedCard;
  /** What a reader gets to see of it. Pass this to the field, not the card. */
  readonly link: Link;
}

export interface MagicKind {
  /** Sixteen hexadecimal digits. */
  readonly idm: string;
  /** What happens to a debit of 100 to 5,000 yen. */
  readonly ending: string;
}

/** All of them, by name. The IDm of a name stays the same for ever. */
export const MAGIC_CARDS: Readonly<Record<MagicCardName, MagicKind>> = {
  approved: { idm: '01124b5a00000001', ending: 'is done; 5,000 yen are on the card' },
  'balance-too-low': { idm: '01124b5a00000002', ending: 'is too much: 10 yen are on the card' },
  blocked: { idm: '01124b5a00000003', ending: 'must not be: the issuer blocked the card' },
  expired: { idm: '01124b5a00000004', ending: 'must not be: last day of use 2020-12-31' },
  'torn-before-commit': {
    idm: '01124b5a00000005',
    ending: 'does not reach the card, which leaves the field at its first Write',
  },
  'torn-after-commit': {
    idm: '01124b5a00000006',
    ending: 'is done, and the card leaves the field before it answers',
  },
  'answer-lost': {
    idm: '01124b5a00000007',
    ending: 'is done, its answer is lost, and the card stays and answers what follows',
  },
  slow: { idm: '01124b5a00000008', ending: 'is done, and answered 3 s late' },
  swapped: {
    idm: '01124b5a00000009',
    ending: 'meets another card, 01124b5a00000109, from the first Write on',
  },
  worn: { idm: '01124b5a0000000a', ending: 'is done, with the warning 71' },
  'memory-failed': { idm: '01124b5a0000000b', ending: 'is not done, with the error 70' },
  'foreign-issuer': {
    idm: '01124b5a0000000c',
    ending: 'must not be: issuer 82, though under the same keys',
  },
  'foreign-keys': { idm: '01124b5a0000000d', ending: 'fails before: other keys' },
};

export interface MagicCardOptions {
  /** For `swapped`: the number, from 1, of the first command that the other card gets. */
  readonly fromCommand?: number;
}

export interface SlowCardOptions {
  /** 3,000 unless given. */
  readonly lateMs?: number;
  /** How time passes; by the clock unless given, and in no time where a test counts it itself. */
  readonly sleep?: (time: Milliseconds) => Promise<void>;
}

const BALANCE = 5_000;
const SMALL_BALANCE = 10;
const PAST_DAY = '2020-12-31';
const FOREIGN_ISSUER = 82;
const SWAPPED_IDM = '01124b5a00000109';
const LATE_MS = 3_000;

/** A new card of that name: powered off, and as if it had never been used. */
export function magicCard(name: 'slow', options?: SlowCardOptions): MagicCard<AsyncCardLink>;
export function magicCard(
  name: Exclude<MagicCardName, 'slow'>,
  options?: MagicCardOptions,
): MagicCard;
export function magicCard(
  name: MagicCardName,
  options: MagicCardOptions & SlowCardOptions = {},
): MagicCard<CardLink | AsyncCardLink> {
  const card = planOf(name).build();
  return { card, link: linkOf(name, card, options) };
}

function planOf(name: MagicCardName): PurseCardBuilder {
  const usual = buildCard('purse').idm(MAGIC_CARDS[name].idm).balance(BALANCE);
  switch (name) {
    case 'balance-too-low':
      return usual.balance(SMALL_BALANCE);
    case 'blocked':
      return usual.blocked();
    case 'expired':
      return usual.expiresOn(PAST_DAY);
    case 'worn':
      return usual.memory('worn');
    case 'memory-failed':
      return usual.memory('failed');
    case 'foreign-issuer':
      return usual.issuer(FOREIGN_ISSUER);
    case 'foreign-keys':
      return usual.issuer(FOREIGN_ISSUER).keys(recordOf(foreignMaster));
    default:
      return usual;
  }
}

function linkOf(
  name: MagicCardName,
  card: EmulatedCard,
  options: MagicCardOptions & SlowCardOptions,
): CardLink | AsyncCardLink {
  const commandCode = CommandCode.writeV2;
  switch (name) {
    case 'torn-before-commit':
      return cardInHand(card, [{ commandCode, moment: 'before-commit' }]);
    case 'torn-after-commit':
      return cardInHand(card, [{ commandCode, moment: 'after-commit' }]);
    case 'answer-lost':
      return losingWriteAnswer(card);
    case 'slow':
      return slowWriteLink(card, { lateMs: LATE_MS, sleep: sleepByClock, ...options });
    case 'swapped': {
      const second = buildCard('purse').idm(SWAPPED_IDM).balance(BALANCE).build();
      return swappedLink({ first: card, second }, options.fromCommand);
    }
    default:
      return card;
  }
}

/** The test key of that right with its last bit turned. */
function foreignMaster(label: keyof typeof testKeys.masters): Uint8Array {
  const master = testKeys.masters[label].slice();
  master[master.length - 1] = (master.at(-1) ?? 0) ^ 1;
  return master;
}

function sleepByClock(time: Milliseconds): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, time));
}
