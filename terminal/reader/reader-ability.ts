import { sameBytes } from '#felica/identifiers';
import { PURSE_READ } from '#purse/card-profile';
import type { ReaderTransmit } from './reader-codec.ts';
import { readReply, SUCCESS } from './status-word.ts';

/** What a reader that passes no packet on can do with a FeliCa card. None of it is a payment. */
export type ReaderAbility =
  /** It tells the card's IDm, with GET DATA. */
  | 'identify'
  /** And reads blocks that need no key: `FF A4` selects a service, `FF B0` reads (Sony). */
  | 'read-blocks'
  /** And reads and writes what needs no key, in commands of its own, `FF 40` to `FF 4A` (Identiv). */
  | 'commands-without-key';

export const TEXT_BY_ABILITY: Readonly<Record<ReaderAbility, string>> = {
  identify: 'tell the IDm of a card (FF CA)',
  'read-blocks': 'tell the IDm of a card and read blocks that need no key (FF CA, FF A4, FF B0)',
  'commands-without-key':
    'tell the IDm of a card and read and write what needs no key (FF CA, FF 40 to FF 4A)',
};

/** Polling in Identiv's words, for any system: `FF 40 00 00 04 <system code> <RFU> <slots>`. */
const IDENTIV_POLLING: Uint8Array = Uint8Array.of(0xff, 0x40, 0, 0, 0x04, 0xff, 0xff, 0, 0);
/** The service of our purse that anyone may read, little-endian. */
const SELECT_SERVICE: Uint8Array = Uint8Array.of(
  0xff,
  0xa4,
  0x00,
  0x01,
  0x02,
  PURSE_READ & 0xff,
  PURSE_READ >> 8,
);

/** Asks a reader that has named the card as `idm`. */
export async function findAbility(
  transmit: ReaderTransmit,
  idm: Uint8Array,
): Promise<ReaderAbility> {
  const polled = await ask(transmit, IDENTIV_POLLING);
  if (polled !== undefined && sameBytes(polled.subarray(0, idm.length), idm)) {
    return 'commands-without-key';
  }
  const selected = await ask(transmit, SELECT_SERVICE);
  return selected === undefined ? 'identify' : 'read-blocks';
}

async function ask(transmit: ReaderTransmit, command: Uint8Array): Promise<Uint8Array | undefined> {
  const reply = readReply((await transmit(command)) ?? new Uint8Array(0));
  return reply?.statusWord === SUCCESS ? reply.body : undefined;
}
