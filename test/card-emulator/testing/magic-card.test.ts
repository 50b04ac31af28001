import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { milliseconds, yen } from '#units';
import { formatIdm } from '../../../card-emulator/felica/identifiers.ts';
import type { AsyncCardLink, CardLink } from '../../../card-emulator/link/card-link.ts';
import { balanceOf, logOf } from '../../../card-emulator/testing/card-content.ts';
import {
  MAGIC_CARDS,
  type MagicCardName,
  magicCard,
} from '../../../card-emulator/testing/magic-card.ts';
import { PurseTerminal, type SaleOutcome } from '../../../terminal/purse-terminal.ts';
import { EmulatedReader } from '../../../terminal/reader/emulated-reader.ts';
import { ISSUER_ID, NOON, testSam } from '../../scheme.ts';
import { Counter } from '../../terminal/counter.ts';
import { toHex } from '../card/test-card.ts';

const TERMINAL_ID = 42;
const AMOUNT = 700;

/** What the clerk sees, in one word or two. */
function wordOf(outcome: SaleOutcome): string {
  return 'reason' in outcome ? `${outcome.outcome}: ${outcome.reason}` : outcome.outcome;
}

/** Added to the card's time for the way of the longest frames. */
const AIR_MS = 25;

/** A reader that gives a card no longer than its time; time passes only where the link sleeps. */
class PatientReader extends EmulatedReader {
  sleptMs = 0;
  #link: AsyncCardLink | undefined;

  presentSlow(link: AsyncCardLink): void {
    this.#link = link;
    link.powerOn();
    // What lies in the field says that a card is there; its frames go to the link.
    const placeholder: CardLink = {
      powerOn: () => undefined,
      powerOff: () => undefined,
      exchange: () => undefined,
    };
    this.present(placeholder);
  }

  override async transmit(
    packet: Uint8Array,
    waitMs = milliseconds(0),
  ): Promise<Uint8Array | undefined> {
    this.sleptMs = 0;
    const answer = await this.#link?.exchange(packet);
    return this.sleptMs > waitMs + AIR_MS ? undefined : answer;
  }
}

describe('a magic card at the terminal', () => {
  let counter: Counter;
  let saleCount = 0;

  beforeEach(async () => {
    counter = new Counter({ terminalId: TERMINAL_ID });
    await counter.start();
  });

  afterEach(() => counter.stop());

  async function tap(link: CardLink, saleId = `sale ${saleCount}`): Promise<string> {
    saleCount += 1;
    counter.reader.present(link);
    const request = { saleId, kind: 'debit', amount: yen(AMOUNT) } as const;
    const outcome = await counter.terminal.tap(request, milliseconds(0));
    counter.reader.remove();
    return wordOf(outcome);
  }

  it.each<[Exclude<MagicCardName, 'slow'>, string, number]>([
    ['approved', 'approved', 4_300],
    ['balance-too-low', 'refused: insufficient-balance', 10],
    ['blocked', 'refused: card-blocked', 5_000],
    ['expired', 'refused: card-expired', 5_000],
    ['torn-before-commit', 'unresolved', 5_000],
    ['torn-after-commit', 'unresolved', 4_300],
    ['answer-lost', 'unresolved', 4_300],
    ['swapped', 'unresolved', 5_000],
    ['worn', 'approved', 4_300],
    ['memory-failed', 'unresolved', 5_000],
    ['foreign-issuer', 'refused: foreign-issuer', 5_000],
    ['foreign-keys', 'no-tap: not-authentic', 5_000],
  ])('that is %s: %s, %i yen are left', async (name, word, balance) => {
    const { card, link } = magicCard(name);
    expect(await tap(link)).toBe(word);
    expect(balanceOf(card)).toBe(balance);
    expect(logOf(card)).toHaveLength(balance === 4_300 ? 1 : 0);
  });

  it('that is slow: unresolved, and the debit is done', async () => {
    const reader = new PatientReader();
    const sleep = async (time: number): Promise<void> => {
      reader.sleptMs += time;
    };
    const { card, link } = magicCard('slow', { sleep });
    const terminal = new PurseTerminal({
      terminalId: TERMINAL_ID,
      reader,
      sam: testSam('pos', TERMINAL_ID),
      journal: counter.journal,
      limits: { issuerId: ISSUER_ID, amountMax: yen(30_000) },
      now: () => NOON,
    });
    reader.presentSlow(link);
    const request = { saleId: 'slow sale', kind: 'debit', amount: yen(AMOUNT) } as const;
    expect(wordOf(await terminal.tap(request, milliseconds(0)))).toBe('unresolved');
    expect(balanceOf(card)).toBe(4_300);
  });

  it.each([
    ['torn-before-commit', 4_300],
    ['torn-after-commit', 4_300],
    ['answer-lost', 4_300],
    ['memory-failed', 5_000],
  ] as const)(
    'that is %s takes the money once, however often it is tapped',
    async (name, balance) => {
      const { card, link } = magicCard(name);
      expect(await tap(link, 'one sale')).toBe('unresolved');
      const isMended = name !== 'memory-failed';
      expect(await tap(link, 'one sale')).toBe(isMended ? 'approved' : 'unresolved');
      expect(balanceOf(card)).toBe(balance);
    },
  );

  it.each([
    [1, 'approved'],
    [2, 'no-tap: card-left'],
    [4, 'refused: card-left'],
  ])('that is swapped from command %i on: %s', async (fromCommand, word) => {
    const { card, link } = magicCard('swapped', { fromCommand });
    expect(await tap(link)).toBe(word);
    expect(balanceOf(card)).toBe(5_000);
  });
});

describe('the magic cards', () => {
  const names = Object.keys(MAGIC_CARDS) as Exclude<MagicCardName, 'slow'>[];

  it('have an IDm each that never changes', () => {
    for (const name of names) {
      expect(formatIdm(magicCard(name).card.idm)).toBe(MAGIC_CARDS[name].idm);
    }
    expect(new Set(names.map((name) => MAGIC_CARDS[name].idm)).size).toBe(13);
  });

  it('are new at each call', () => {
    const [first, second] = [magicCard('approved'), magicCard('approved')];
    expect(first.card).not.toBe(second.card);
    expect(toHex(first.card.snapshot())).toBe(toHex(second.card.snapshot()));
  });
});
