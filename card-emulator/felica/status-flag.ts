/**
 * How a card answers a command that has status flags (M617 §4.5).
 *
 * `statusFlag1` is 00 for a normal end, FF for a fault of the whole command, and otherwise a position
 * in the service list or block list. How the position is coded depends on the product (ordinal or
 * bit), so a terminal reads nothing from it but zero or not zero.
 */
export interface StatusFlags {
  readonly statusFlag1: number;
  readonly statusFlag2: number;
}

/** M617 §4.5.2, tables 4-11 and 4-12. */
export const StatusFlag2 = {
  normalEnd: 0x00,
  /** A decrement below zero, or a cashback above four bytes. */
  purseResultOutOfRange: 0x01,
  /** A cashback of more than the stored cashback data. */
  cashbackTooLarge: 0x02,
  /** A value-limited purse would leave its limits. */
  purseLimitExceeded: 0x03,
  memoryError: 0x70,
  /** A warning: the write **was** done, and the card is at the end of its life. */
  rewriteCountExceeded: 0x71,
  serviceCountIllegal: 0xa1,
  blockCountIllegal: 0xa2,
  /** The element's index is outside the service list. */
  serviceIndexIllegal: 0xa3,
  /** A system or area code where a service code is expected. */
  nodeTypeIllegal: 0xa4,
  accessNotPermitted: 0xa5,
  nodeNotFound: 0xa6,
  accessModeIllegal: 0xa7,
  blockNumberOutOfRange: 0xa8,
  writeFailed: 0xa9,
  keyChangeFailed: 0xaa,
  packageMacWrong: 0xab,
  parameterIllegal: 0xac,
  serviceExistsAlready: 0xad,
  systemCodeIllegal: 0xae,
  tooManyCyclicWrites: 0xaf,
} as const;

export type StatusFlag2 = (typeof StatusFlag2)[keyof typeof StatusFlag2];

export const NORMAL_END: StatusFlags = { statusFlag1: 0x00, statusFlag2: StatusFlag2.normalEnd };

/** Status flag 1 of a fault that belongs to no entry of a list. */
export const STATUS_FLAG_1_WHOLE_COMMAND = 0xff;

/**
 * Whether the card says it did what it was told.
 *
 * A warning for the rewrite count comes with status flag 1 = 00 or FF, depending on the product, and
 * means done: taking it for a refusal would charge a customer for a sale reported as refused.
 */
export function isNormalEnd({ statusFlag1, statusFlag2 }: StatusFlags): boolean {
  return statusFlag1 === 0x00 || statusFlag2 === StatusFlag2.rewriteCountExceeded;
}

/** `status flags 01 a5`, for messages. */
export function formatStatusFlags({ statusFlag1, statusFlag2 }: StatusFlags): string {
  return `status flags ${hexByte(statusFlag1)} ${hexByte(statusFlag2)}`;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
