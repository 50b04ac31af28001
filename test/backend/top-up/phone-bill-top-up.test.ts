import { beforeAll, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { parseBillMonth } from '../../../backend/carrier/bill-month.ts';
import { usedOfCap } from '../../../backend/carrier/payment.ts';
import { PhoneBill } from '../../../backend/carrier/phone-bill.ts';
import { registerSubscriber } from '../../../backend/carrier/subscriber.ts';
import { DatabaseError } from '../../../backend/database/database-error.ts';
import { type BillPayments, phoneBillFunding } from '../../../backend/top-up/phone-bill-funding.ts';
import {
  continueOpenTopUps,
  requestTopUp,
  type TopUpDependencies,
} from '../../../backend/top-up/run-top-up.ts';
import type { LineFault } from '../../../backend/top-up/simulated-host.ts';
import { NOON } from '../../scheme.ts';
import { type OpenCarrier, openCarrier } from '../carrier/open-carrier.ts';
import { REQUEST, TopUpWorld } from './top-up-world.ts';

const MONTH = parseBillMonth('2026-11') ?? expect.unreachable();
const PHONE = '+819011112222';
const PLACES = [0, 1, 2, 3, 4];

/** A line to the carrier that fails once, at the `place`-th message. */
function failing(payments: BillPayments, place: number, fault: LineFault): BillPayments {
  let messageCount = 0;
  const send = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const isHere = messageCount === place;
    messageCount += 1;
    const answer = isHere && fault === 'request-lost' ? undefined : await ask();
    if (answer === undefined || isHere) throw new DatabaseError('DATABASE_BUSY', 'lost');
    return answer;
  };
  return {
    prepare: (request) => send(() => payments.prepare(request)),
    confirm: (paymentId) => send(() => payments.confirm(paymentId)),
    cancel: (paymentId) => send(() => payments.cancel(paymentId)),
  };
}

describe('a top-up that the phone bill pays', () => {
  let carrier: OpenCarrier;
  beforeAll(async () => {
    carrier = await openCarrier();
    const taro = { subscriberId: 2, phoneNumber: PHONE, name: 'Taro', monthlyCap: yen(10_000_000) };
    await registerSubscriber(carrier.database, taro, NOON);
  });

  it.each(
    (['request-lost', 'answer-lost'] as const).flatMap((fault) =>
      [true, false].flatMap((isCardReached) =>
        PLACES.map((place) => [fault, isCardReached, place] as const),
      ),
    ),
  )(
    'is on the bill if and only if it was loaded (%s, card reached %s, message %i)',
    async (fault, isCardReached, place) => {
      const phoneBill = new PhoneBill(carrier);
      const before = await phoneBill.bill(2, MONTH);
      const topUpId = `${fault}-${isCardReached}-${place}`;
      const request = { ...REQUEST, topUpId, source: 'phone-bill', account: PHONE } as const;
      const world = new TopUpWorld({ funds: 0, isCardReached, faults: [] });
      const source = phoneBillFunding(failing(phoneBill, place, fault));
      const purse = isCardReached ? 'loaded' : 'not-loaded';
      const dependencies: TopUpDependencies = {
        ...world.dependencies,
        sources: { 'phone-bill': source, 'bank-account': source, card: source },
        remoteLoad: { load: () => Promise.resolve(purse) },
      };
      await requestTopUp(dependencies, request);
      await continueOpenTopUps(dependencies);
      const state = isCardReached ? 'captured' : 'released';
      expect(await dependencies.store.read(topUpId)).toMatchObject({ state });
      const after = await phoneBill.bill(2, MONTH);
      const charged = (after?.total ?? 0) - (before?.total ?? 0);
      expect(charged).toBe(isCardReached ? REQUEST.amount : 0);
      expect(await usedOfCap(carrier.database, 2, MONTH)).toBe(after?.total);
    },
  );
});
