import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IDm } from '#felica/identifiers';
import { decideHotListing } from '../../../backend/issuer/hot-listing.ts';
import {
  closeCard,
  readCardEnd,
  registerOwner,
  replaceCard,
} from '../../../backend/replacement/card-end.ts';
import type { RefundReason } from '../../../backend/replacement/replacement-rule.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario } from '../scenario.ts';

describe('the end of a card', () => {
  let scenario: Scenario;
  let lost: IDm;
  let fresh: IDm;
  let third: IDm;
  beforeEach(async () => {
    scenario = await Scenario.open();
    [lost, fresh, third] = [
      (await scenario.card(1)).idm,
      (await scenario.card(2)).idm,
      (await scenario.card(3)).idm,
    ];
    await own(lost);
  });
  afterEach(() => scenario.remove());

  const said = ({ result, ...rest }: { result: string; reason?: string }): string =>
    rest.reason ?? result;
  const own = async (card: IDm, owner = 'customer 81'): Promise<string> =>
    said(await registerOwner(scenario.backend.database, { idm: card, owner }, NOON));
  const replace = async (card: IDm, by: IDm): Promise<string> =>
    said(
      await replaceCard(scenario.backend.database, { idm: card, newIdm: by, note: 'lost' }, NOON),
    );
  const close = async (card: IDm, refund?: RefundReason): Promise<string> =>
    said(await closeCard(scenario.backend.database, { idm: card, refund, note: 'left' }, NOON));
  const list = (card: IDm, isListed: boolean): ReturnType<typeof decideHotListing> =>
    decideHotListing(scenario.backend.database, { idm: card, isListed }, NOON);

  it('by replacement puts it on the hot list for good, and its owner has the new one', async () => {
    expect(await replace(lost, fresh)).toBe('registered');
    expect(await replace(lost, fresh)).toBe('repeated');
    expect(await list(lost, true)).toEqual({ result: 'repeated' });
    expect(await list(lost, false)).toMatchObject({ reason: 'ACCOUNT_CARD_ENDED' });
    expect(await own(fresh)).toBe('repeated');
    expect(await own(fresh, 'somebody else')).toBe('ACCOUNT_OWNER_TAKEN');
    expect(await readCardEnd(scenario.backend.database, lost)).toMatchObject({
      newIdm: fresh,
      refund: undefined,
      endedAt: NOON,
    });
  });

  it('leaves the order of a card that was listed before', async () => {
    await list(lost, true);
    await replace(lost, fresh);
    expect(await scenario.count('SELECT count(*) FROM hot_listing')).toBe(1);
  });

  it('is refused in the documented order', async () => {
    const unknown = scenario.unknownCard(9).idm;
    expect(await own(unknown)).toBe('ACCOUNT_CARD_UNKNOWN');
    expect(await replace(unknown, fresh)).toBe('ACCOUNT_CARD_UNKNOWN');
    expect(await replace(lost, unknown)).toBe('ACCOUNT_CARD_UNKNOWN');
    expect(await replace(third, fresh)).toBe('REPLACEMENT_CARD_ANONYMOUS');
    expect(await replace(lost, lost)).toBe('REPLACEMENT_CARD_UNUSABLE');
    await own(third, 'somebody else');
    expect(await replace(lost, third)).toBe('ACCOUNT_OWNER_TAKEN');
    expect(await readCardEnd(scenario.backend.database, lost)).toBeUndefined();
    await replace(lost, fresh);
    expect(await replace(lost, third)).toBe('ACCOUNT_CARD_ENDED');
    expect(await replace(third, fresh)).toBe('REPLACEMENT_CARD_UNUSABLE');
    expect(await replace(third, lost)).toBe('REPLACEMENT_CARD_UNUSABLE');
    expect(await close(lost)).toBe('ACCOUNT_CARD_ENDED');
  });

  it('by closing is once, for one reason', async () => {
    expect(await close(scenario.unknownCard(9).idm)).toBe('ACCOUNT_CARD_UNKNOWN');
    expect(await close(fresh, 'termination')).toBe('REFUND_CARD_ANONYMOUS');
    expect(await close(fresh)).toBe('registered');
    expect(await close(lost, 'unavoidable')).toBe('registered');
    expect(await close(lost, 'unavoidable')).toBe('repeated');
    expect(await close(lost)).toBe('ACCOUNT_CARD_ENDED');
    expect(await replace(lost, third)).toBe('ACCOUNT_CARD_ENDED');
  });

  it('is refunded as small only if what is known of it is', async () => {
    const kiosk = await scenario.terminal(9, 'load');
    const rich = await scenario.card(4, 0);
    kiosk.write(rich, 1_001);
    await scenario.upload(kiosk, kiosk.close());
    await own(rich.idm);
    expect(await close(rich.idm, 'small')).toBe('REFUND_NOT_SMALL');
    scenario.clock = later(NOON, 1);
    const till = await scenario.terminal(42);
    till.write(rich, 1);
    await scenario.upload(till, till.close());
    expect(await close(rich.idm, 'small')).toBe('registered');
  });
});
