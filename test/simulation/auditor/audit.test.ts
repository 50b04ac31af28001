import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { playEpisode } from '../episode.ts';
import { audit } from './audit.ts';
import { hex } from './card-reading.ts';
import type { CardEvidence, CardState, Evidence, TerminalEvidence } from './evidence.ts';

/** An episode without clones and old contents, in which all kinds of money are found. */
const SEED = 13;
const TAPS = 220;
const TIMEOUT_MS = 60_000;

let sound: Evidence;

beforeAll(async () => {
  ({ evidence: sound } = await playEpisode({ seed: SEED, taps: TAPS, tell: () => undefined }));
}, TIMEOUT_MS);

/** The first card with many writes, changed. */
function withCard(change: (states: readonly CardState[]) => readonly CardState[]): Evidence {
  const chosen = busiest(sound.cards);
  const cards = sound.cards.map((card) =>
    card === chosen ? { ...card, states: change(card.states) } : card,
  );
  return { ...sound, cards };
}

function busiest(cards: readonly CardEvidence[]): CardEvidence {
  return [...cards].sort((first, second) => second.states.length - first.states.length)[0]!;
}

/** The POS with the longest journal, its lines changed and its chain made good again. */
function withJournal(change: (entries: readonly string[]) => readonly string[]): Evidence {
  const pos = sound.terminals.filter(({ kind }) => kind === 'pos-void');
  const chosen = pos.sort((first, second) => second.journal.length - first.journal.length)[0]!;
  const journal = Buffer.from(linked(change(entriesOf(chosen))));
  const terminals = sound.terminals.map((one) => (one === chosen ? { ...one, journal } : one));
  return { ...sound, terminals };
}

function entriesOf({ journal }: TerminalEvidence): string[] {
  const lines = Buffer.from(journal).toString().split('\n').slice(0, -1);
  return lines.map((line) => line.slice(74));
}

function linked(entries: readonly string[]): string {
  let link = '0'.repeat(64);
  let text = '';
  for (const json of entries) {
    link = createHash('sha256').update(link).update(json).digest('hex');
    const rest = `${link} ${json}`;
    text += `${crc32(rest).toString(16).padStart(8, '0')} ${rest}\n`;
  }
  return text;
}

const withIssuer = (changes: Partial<Evidence['issuer']>): Evidence => ({
  ...sound,
  issuer: { ...sound.issuer, ...changes },
});

const isOutcome = (json: string): boolean => json.includes('"type":"outcome"');
const isDone = (json: string): boolean => json.includes('"state":"done"');
const without = <Item>(items: readonly Item[], index: number): Item[] =>
  items.filter((_, at) => at !== index);

function violationsOf(evidence: Evidence): string {
  return audit(evidence).violations.join('\n');
}

/** Whole episodes are played first. */
const PLAYED = { timeout: 180_000 };

describe('the auditor', () => {
  it('finds every yen of a sound episode', () => {
    const { violations, figures } = audit(sound);
    expect(violations).toEqual([]);
    expect(figures.purseWriteCount).toBeGreaterThan(50);
    expect(figures.spent).toBeGreaterThan(0);
    // It is no episode of answers that all came through.
    expect(sound.issuer.records.filter(({ isHeld }) => isHeld).length).toBeGreaterThan(0);
  });

  it('misses a purse write that no intent speaks of', () => {
    const changed = withJournal((entries) => {
      const index = entries.findIndex((json) => json.includes('"type":"intent"'));
      return without(entries, index);
    });
    expect(violationsOf(changed)).toMatch(/no intent in that terminal's journal/);
  });

  it('misses a card that was written for a sale that was called done', () => {
    const changed = withCard((states) => states.slice(0, -1));
    expect(violationsOf(changed)).toMatch(/done, and on no card|posted, and on no card/);
  });

  it('sees money that vanished from a card, or came to it', () => {
    for (const change of [1, -1]) {
      const changed = withCard((states) => {
        const last = states.at(-1)!;
        const purseBlock = last.purseBlock.slice();
        purseBlock[0] = (purseBlock[0]! + change) & 0xff;
        return [...states.slice(0, -1), { ...last, purseBlock }];
      });
      expect(violationsOf(changed)).toMatch(/its balance changed by/);
    }
  });

  it('sees an execution ID that was used before, and a counter that does not go up by one', () => {
    const changed = withCard((states) => [...states, ...states.slice(-3, -1)]);
    expect(violationsOf(changed)).toMatch(/its execution ID was used before on this card/);
    expect(violationsOf(changed)).toMatch(/its counter went from/);
  });

  it('sees a sale that was written twice', () => {
    const changed = withJournal((entries) => {
      const intents = entries.filter(
        (json) => json.includes('"type":"intent"') && json.includes('"debit"'),
      );
      const done = intents.filter((json) => {
        const { terminalTransactionNumber } = JSON.parse(json).intent;
        return entries.some(
          (one) => isDone(one) && one.includes(`Number":${terminalTransactionNumber},`),
        );
      });
      const [first, second] = done.map((json) => JSON.parse(json).intent.saleId);
      return entries.map((json) => json.replace(`"saleId":"${second}"`, `"saleId":"${first}"`));
    });
    expect(violationsOf(changed)).toMatch(/2 purse writes for one sale/);
  });

  it('sees that somebody was told a lie', () => {
    const paid = sound.told.find(({ outcome }) => outcome === 'approved')!;
    const approved = { ...paid, saleId: 'a sale that never was' };
    const denied = { ...paid, outcome: 'refused' } as const;
    const told = (word: typeof approved | typeof denied): Evidence => ({
      ...sound,
      told: [...sound.told, word],
    });
    expect(violationsOf(told(approved))).toMatch(/approved for \d+ yen, and on no card/);
    expect(violationsOf(told(denied))).toMatch(/told refused, and card/);
  });

  it('sees a journal whose lines were changed', () => {
    const [first, ...others] = sound.terminals;
    const journal = first!.journal.slice();
    journal[journal.length - 20]! ^= 1;
    const changed = { ...sound, terminals: [{ ...first!, journal }, ...others] };
    expect(violationsOf(changed)).toMatch(/line \d+ of its journal is damaged/);
    const lines = Buffer.from(first!.journal).toString().split('\n');
    const shorter = Buffer.from(without(lines, 1).join('\n'));
    const cut = { ...sound, terminals: [{ ...first!, journal: shorter }, ...others] };
    expect(violationsOf(cut)).toMatch(/line 2 of its journal does not follow/);
  });

  it('sees outcomes that say the opposite, come twice or have no record', () => {
    const turned = withJournal((entries) => {
      const index = entries.findIndex((json) => isOutcome(json) && isDone(json));
      const { type, at, terminalTransactionNumber } = JSON.parse(entries[index]!);
      const outcome = { state: 'not-done', detail: '' };
      const json = JSON.stringify({ type, at, terminalTransactionNumber, outcome });
      return entries.map((one, at2) => (at2 === index ? json : one));
    });
    expect(violationsOf(turned)).toMatch(/not done, and on the card/);
    const twice = withJournal((entries) => [...entries, entries.find(isDone)!]);
    expect(violationsOf(twice)).toMatch(/has an outcome after it was done/);
    const unsealed = withJournal((entries) =>
      entries.map((json) => {
        const { sealed, ...rest } = JSON.parse(json);
        return sealed === undefined ? json : JSON.stringify(rest);
      }),
    );
    expect(violationsOf(unsealed)).toMatch(/is done and has no record/);
  });

  it('sees a batch that is missing, doubled, changed or nobody’s', () => {
    const { batches } = sound.issuer;
    expect(violationsOf(withIssuer({ batches: batches.slice(1) }))).toMatch(
      /acknowledged, and the issuer has none/,
    );
    expect(violationsOf(withIssuer({ batches: [...batches, batches[0]!] }))).toMatch(
      /stored twice/,
    );
    const changed = batches[0]!.slice();
    changed[80 + 35]! ^= 1;
    expect(violationsOf(withIssuer({ batches: [changed, ...batches.slice(1)] }))).toMatch(
      /its content has another hash/,
    );
    const foreign = batches[0]!.slice();
    foreign[7] = 200;
    expect(violationsOf(withIssuer({ batches: [...batches, foreign] }))).toMatch(
      /terminal 200, batch \d+: no terminal closed it/,
    );
    const dropped = withJournal((entries) => {
      const index = entries.findIndex((json) => json.includes('"type":"batch"'));
      return without(entries, index);
    });
    expect(violationsOf(dropped)).toMatch(/1 was next/);
  });

  it('sees a true sale that was refused, and one that was judged never or twice', () => {
    const { records, findings } = sound.issuer;
    const index = records.findIndex(
      ({ isHeld, isInterrupted, kind }) => !isHeld && !isInterrupted && kind === 'debit',
    );
    const { samId, samNumber } = records[index]!;
    const refused = { terminalId: samId, batchNumber: 1, samNumber, verdict: 'refused' } as const;
    const fewer = without(records, index);
    const finding = { ...refused, reason: 'RECORD_DATE_OUT_OF_WINDOW' };
    expect(violationsOf(withIssuer({ records: fewer, findings: [...findings, finding] }))).toMatch(
      /true, and the issuer did not accept it/,
    );
    expect(violationsOf(withIssuer({ records: fewer }))).toMatch(/stored and never judged/);
    const more = [...records, { ...records[index]!, samNumber: 9_999 }];
    expect(violationsOf(withIssuer({ records: more }))).toMatch(/posted from no batch/);
    const other = records.map((record, at) =>
      at === index ? { ...record, amountYen: 1 } : record,
    );
    expect(violationsOf(withIssuer({ records: other }))).toMatch(/posted as something else/);
  });

  it.each([
    [12, 'released', undefined, /yen owed to cards, and/],
    [2, 'superseded', 'released', /accepted twice|posted, and on no card/],
  ] as const)(
    'follows the claims of episode %i that are %s',
    PLAYED,
    async (seed, from, to, found) => {
      const { evidence } = await playEpisode({ seed, taps: TAPS, tell: () => undefined });
      expect(audit(evidence).violations).toEqual([]);
      const { records } = evidence.issuer;
      const index = records.findIndex(
        ({ isInterrupted, resolution }) => isInterrupted && resolution === from,
      );
      expect(index).not.toBe(-1);
      const changed = records.map((record, at) =>
        at === index ? { ...record, resolution: to } : record,
      );
      const issuer = { ...evidence.issuer, records: changed };
      expect(audit({ ...evidence, issuer }).violations.join('\n')).toMatch(found);
    },
  );

  it('sees books that are off by one yen', () => {
    const { entries } = sound.issuer;
    const [first, ...others] = entries;
    const oneMore = { ...first!, amountYen: first!.amountYen + 1 };
    expect(violationsOf(withIssuer({ entries: [oneMore, ...others] }))).toMatch(/is off by 1 yen/);
    const owed = entries.filter(({ transfer }) => !transfer.includes(':debit'));
    expect(violationsOf(withIssuer({ entries: owed }))).toMatch(/yen owed to cards, and/);
    const held = entries.filter(({ transfer }) => !transfer.includes(':hold'));
    expect(violationsOf(withIssuer({ entries: held }))).toMatch(/yen in suspense, and/);
  });

  it('writes bytes as people read them', () => {
    expect(hex(Uint8Array.of(0, 0xab))).toBe('00ab');
  });
});
