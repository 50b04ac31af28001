/*
 * What a Write does to the wallet of the card tests, written down once more and apart from the card:
 * plain arrays, no file system, no staging. It decides nothing about rights and faults; it says what
 * memory must be after a Write that was answered with a normal end.
 */

/** Blocks by service number: 0 random, 1 cyclic, 64 purse. */
export type Wallet = Readonly<Record<number, readonly Uint8Array[]>>;

interface ModelElement {
  readonly serviceIndex: number;
  readonly mode: number;
  readonly blockNumber: number;
}

const ACCESS_OF: Readonly<Record<number, 'direct' | 'cashback-decrement' | 'decrement'>> = {
  16: 'direct',
  18: 'cashback-decrement',
  20: 'decrement',
};

/** The wallet after `payload`: the number of elements, the elements, their blocks. */
export function walletAfter(
  wallet: Wallet,
  serviceCodes: readonly number[],
  payload: Uint8Array,
): Wallet {
  const { elements, blocksStart } = elementsOf(payload);
  const after: Record<number, Uint8Array[]> = Object.fromEntries(
    Object.entries(wallet).map(([number, blocks]) => [
      number,
      blocks.map((block) => block.slice()),
    ]),
  );
  let unit: Uint8Array[] = [];
  let unitNumber: number | undefined;
  const endUnit = (): void => {
    if (unitNumber !== undefined) after[unitNumber] = pushed(after[unitNumber] ?? [], unit);
    unit = [];
    unitNumber = undefined;
  };
  for (const [index, { serviceIndex, mode, blockNumber }] of elements.entries()) {
    const code = serviceCodes[serviceIndex] ?? 0;
    const number = code >> 6;
    const start = blocksStart + 16 * index;
    const block = payload.slice(start, start + 16);
    if (number !== unitNumber) endUnit();
    const blocks = after[number] ?? [];
    if ((code & 0x3c) === 0x0c) {
      unitNumber = number;
      unit.push(block);
    } else if (number === 64) {
      blocks[blockNumber] = purseAfter(blocks[blockNumber] ?? block, block, {
        access: ACCESS_OF[code & 0x3e],
        isCashback: mode === 1,
      });
    } else blocks[blockNumber] = block;
  }
  endUnit();
  return after;
}

function elementsOf(payload: Uint8Array): {
  readonly elements: readonly ModelElement[];
  readonly blocksStart: number;
} {
  const elements: ModelElement[] = [];
  let offset = 1;
  for (let count = payload[0] ?? 0; count > 0; count -= 1) {
    const head = payload[offset] ?? 0;
    const isShort = (head & 0x80) !== 0;
    const high = isShort ? 0 : (payload[offset + 2] ?? 0);
    elements.push({
      serviceIndex: head & 0x0f,
      mode: (head >> 4) & 0x07,
      blockNumber: (payload[offset + 1] ?? 0) + 256 * high,
    });
    offset += isShort ? 2 : 3;
  }
  return { elements, blocksStart: offset };
}

/** Newest first; what is the newest already is not written again. */
function pushed(stored: readonly Uint8Array[], unit: readonly Uint8Array[]): Uint8Array[] {
  const isNewest = unit.every((block, index) => hexOf(block) === hexOf(stored[index]));
  return isNewest ? [...stored] : [...unit, ...stored].slice(0, stored.length);
}

function purseAfter(
  stored: Uint8Array,
  command: Uint8Array,
  { access, isCashback }: { readonly access: string | undefined; readonly isCashback: boolean },
): Uint8Array {
  if (access === 'direct') return command;
  if (hexOf(stored.slice(12)) === hexOf(command.slice(12))) return stored;
  const amount = numberAt(command, 0);
  const balance = numberAt(stored, 0) + (isCashback ? amount : -amount);
  return Uint8Array.of(
    ...fourBytes(balance),
    ...fourBytes(isCashback ? 0 : amount),
    ...stored.slice(8, 12),
    ...command.slice(12),
  );
}

function numberAt(bytes: Uint8Array, offset: number): number {
  return [3, 2, 1, 0].reduce((value, index) => value * 256 + (bytes[offset + index] ?? 0), 0);
}

function fourBytes(value: number): readonly number[] {
  return [0, 1, 2, 3].map((index) => Math.floor(value / 256 ** index) % 256);
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array(0)).toString('hex');
}
