import { beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { PhoneBill } from '../../../backend/carrier/phone-bill.ts';
import { DatabaseError } from '../../../backend/database/database-error.ts';
import type { FundingSource } from '../../../backend/top-up/funding-source.ts';
import { phoneBillFunding } from '../../../backend/top-up/phone-bill-funding.ts';
import { HANAKO, openCarrier } from '../carrier/open-carrier.ts';

const HOLD = { correlator: 'a', account: HANAKO.phoneNumber, amount: yen(6_000) };

let phoneBill: PhoneBill;
let source: FundingSource;

beforeEach(async () => {
  phoneBill = new PhoneBill(await openCarrier());
  source = phoneBillFunding(phoneBill);
});

describe('top-up by phone bill', () => {
  it('holds by a reservation and captures by the bill, each as often as it is asked for', async () => {
    for (const _ of [1, 2]) expect(await source.hold(HOLD)).toBe('held');
    for (const _ of [1, 2]) expect(await source.capture(HOLD)).toBe('captured');
    expect(await phoneBill.payment(1)).toMatchObject({ status: 'succeeded', amount: 6_000 });
    expect(await phoneBill.payment(2)).toBeUndefined();
  });

  it('gives the reservation up, and with it the cap', async () => {
    await source.hold(HOLD);
    expect(await source.hold({ ...HOLD, correlator: 'b' })).toBe('declined');
    for (const _ of [1, 2]) expect(await source.release(HOLD)).toBe('released');
    expect(await source.hold({ ...HOLD, correlator: 'c' })).toBe('held');
    expect(await source.hold({ ...HOLD, correlator: 'b' })).toBe('declined');
  });

  it('is declined for a number that nobody has', async () => {
    expect(await source.hold({ ...HOLD, account: '+819000000000' })).toBe('declined');
  });

  it('takes money that the carrier took early for held', async () => {
    await source.hold(HOLD);
    await phoneBill.confirm(1);
    expect(await source.hold(HOLD)).toBe('held');
  });

  it('does not call captured what the carrier gave up', async () => {
    await source.hold(HOLD);
    await phoneBill.cancel(1);
    expect(await source.capture(HOLD)).toBe('unknown');
  });

  it('knows nothing while the carrier cannot be asked, and hides no mistake', async () => {
    const busy = (error: Error): FundingSource => {
      const fail = (): Promise<never> => Promise.reject(error);
      return phoneBillFunding({ prepare: fail, confirm: fail, cancel: fail });
    };
    const unavailable = busy(new DatabaseError('DATABASE_BUSY', 'busy'));
    expect(await unavailable.hold(HOLD)).toBe('unknown');
    expect(await unavailable.capture(HOLD)).toBe('unknown');
    expect(await unavailable.release(HOLD)).toBe('unknown');
    await expect(busy(new TypeError('mistake')).hold(HOLD)).rejects.toThrow('mistake');
  });
});
