import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FelicaCard } from '#emulated-card';
import { milliseconds, yen } from '#units';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';

import { ReaderError, type ReaderErrorCode } from '../../terminal/reader/reader.ts';
import { issuedCard } from '../scheme.ts';
import { balanceOf, Counter } from './counter.ts';

const LOADED = 5_000;
const PRICE = 350;
/** Polling, two of authentication, read, write, and the read of the certificate. */
const STEPS = [1, 2, 3, 4, 5, 6];
const WRITE_STEP = 5;
const CODES: readonly ReaderErrorCode[] = [
  'READER_DISCONNECTED',
  'READER_SERVICE_UNAVAILABLE',
  'READER_FAULT',
];

let shop: Counter;
let card: FelicaCard;

beforeEach(async () => {
  shop = new Counter();
  await shop.start();
  card = issuedCard(1);
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  await loader.tap(card, 'load', LOADED);
  await loader.stop();
});

afterEach(() => shop.stop());

function pay(): Promise<SaleOutcome> {
  const request = { saleId: 'sale', kind: 'debit', amount: yen(PRICE) } as const;
  return shop.terminal.tap(request, milliseconds(0));
}

/** From exchange `step` on the reader is gone, before the card hears of it or after it has answered. */
function unplugAt(step: number, { isHeard, code }: { isHeard: boolean; code: ReaderErrorCode }) {
  const { reader } = shop;
  const transmit = reader.transmit.bind(reader);
  let count = 0;
  reader.transmit = async (packet) => {
    count += 1;
    if (count === step && isHeard) await transmit(packet);
    if (count >= step) throw new ReaderError(code, 'gone');
    return transmit(packet);
  };
  return () => {
    reader.transmit = transmit;
  };
}

describe.each(STEPS)('a reader that goes at exchange %i of a sale', (step) => {
  it.each(CODES.flatMap((code) => [true, false].map((isHeard) => ({ code, isHeard }))))(
    'with $code, the card having heard it or not ($isHeard), and comes back: paid once',
    async ({ code, isHeard }) => {
      shop.reader.present(card);
      const plugIn = unplugAt(step, { isHeard, code });
      const { outcome } = await pay();
      shop.reader.remove();
      if (step < WRITE_STEP) expect(['no-tap', 'refused']).toContain(outcome);
      if (step === WRITE_STEP) expect(outcome).toBe('unresolved');
      const isWritten = step > WRITE_STEP || (step === WRITE_STEP && isHeard);
      expect(balanceOf(card)).toBe(isWritten ? LOADED - PRICE : LOADED);
      plugIn();
      shop.reader.present(card);
      expect(await pay()).toMatchObject({ outcome: 'approved' });
      expect(balanceOf(card)).toBe(LOADED - PRICE);
      expect((await shop.records()).map(({ amount }) => amount)).toEqual([PRICE]);
    },
  );
});
