/*
 * `kazasu/card-emulator`: all that another project may import in its tests. It is the only file beside
 * card/open-card.ts that passes on what others hold, because a package has one door: whatever is not
 * named here may move or change without notice.
 */
export { CardImageError, CardStructureError } from '../card/card-error.ts';
export {
  type CardFault,
  cardInHand,
  type FaultListener,
  type HeldCard,
} from '../card/card-fault.ts';
export type { EmulatedCard } from '../card/emulated-card.ts';
export { createFelicaCard, FelicaCard, type FelicaCardOptions } from '../card/felica-card.ts';
export { type LiteCard, newLiteCard } from '../card/lite-card.ts';
export type { MemoryCondition } from '../card/memory-condition.ts';
export { type NewCard, newCard } from '../card/new-card.ts';
export { openCardImage } from '../card/open-card.ts';
export { type FaultOdds, faultsOfSeed, type SeededFault } from '../card/seeded-fault.ts';
export { formatIdm, type IDm, idm, type PMm, parseIdm, pmm } from '../felica/identifiers.ts';
export type { AsyncCardLink, CardLink } from '../link/card-link.ts';
export { CrowdedField } from '../link/crowded-field.ts';
export { recorded } from '../link/frame-recorder.ts';
export { parseFrameRecording } from '../link/frame-recording.ts';
export { replayCard } from '../link/frame-replay.ts';
export { InProcessLink } from '../link/in-process.ts';
export { type TimedLinkOptions, timedLink } from '../link/timed-link.ts';
export { openUdpLink, type UdpEvent, type UdpLink, type UdpLinkOptions } from '../link/udp.ts';
export { type CardKeyLabel, deriveCardKey } from '../purse/card-key.ts';
export type { CardPersonalisation } from '../purse/card-profile.ts';
export type { HistoryEntry, HistoryKind } from '../purse/history-block.ts';
export { businessDate, type Milliseconds, milliseconds, type Yen, yen } from '../units.ts';
export { buildCard } from './build-card.ts';
export { balanceOf, logOf } from './card-content.ts';
export { type CardFixtures, cardFixtures } from './card-fixture.ts';
export { cardMatchers, type ExpectedEntry, type MatcherResult } from './card-matcher.ts';
export type { BytesText } from './field-value.ts';
export {
  MAGIC_CARDS,
  type MagicCard,
  type MagicCardName,
  type MagicCardOptions,
  type MagicKind,
  magicCard,
  type SlowCardOptions,
} from './magic-card.ts';
export type { PastEntry } from './past-entry.ts';
export type { PurseCardBuilder } from './purse-card-builder.ts';
export type {
  NodeKeys,
  ServicePlan,
  StandardCardBuilder,
  StandardPersonality,
} from './standard-card-builder.ts';
export { seededRandom, type TestKeys, testCardKey, testKeys } from './test-keys.ts';
