import { formatIdm, type IDm, idm, shortIdm } from '#felica/identifiers';
import { type EpochMs, type SignedYen, signedYen } from '#units';
import { CARD_PROFILE_LITE_S, CARD_PROFILE_STANDARD_AES } from '../batch/record.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { encodeFixedRows, type FixedColumn, fixedRowsInput } from '../database/fixed-row.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { type Registration, refused } from './registration.ts';

/** The issuer's side of a card. */
export interface CardAccount {
  readonly idm: IDm;
  /** The generation of the keys on the card. */
  readonly keyVersion: number;
  /** Absent for a Standard card. */
  readonly cardProfile?: 'lite-s' | undefined;
}

/** What the accepted and held records say that the card holds. */
export interface CardShadow {
  readonly balance: SignedYen;
  readonly lastCounter: number;
  readonly recordCount: number;
  /** Up to this counter every write of the card is known. */
  readonly watermark: number;
  /** What the card had then, by its own word. */
  readonly watermarkBalance: SignedYen;
}

export type CardRefusal = 'ACCOUNT_CARD_TAKEN';

export function registerCard(
  database: Database,
  card: CardAccount,
  now: EpochMs,
): Promise<Registration<CardRefusal>> {
  return database.transaction(async (transaction) => {
    const [known] = await transaction.all('SELECT key_version FROM card_account WHERE idm = ?', [
      card.idm,
    ]);
    // A second card under one IDm would be a clone, even if its keys were the same.
    if (known !== undefined) {
      return refused('ACCOUNT_CARD_TAKEN', `a card …${shortIdm(card.idm)} was issued before`);
    }
    await transaction.run('INSERT INTO card_account VALUES (?, ?, ?, ?)', [
      card.idm,
      card.keyVersion,
      now,
      profileCodeOf(card),
    ]);
    return { result: 'registered' };
  });
}

const CARD_COLUMNS: readonly FixedColumn[] = [
  { name: 'idm', kind: 'bytes', width: 8 },
  { name: 'key_version', kind: 'digits', width: 3 },
  { name: 'profile', kind: 'digits', width: 1 },
];

/** As in a record (batch-format.md). */
function profileCodeOf({ cardProfile }: Pick<CardAccount, 'cardProfile'>): number {
  return cardProfile === 'lite-s' ? CARD_PROFILE_LITE_S : CARD_PROFILE_STANDARD_AES;
}

// A row costs more to hand over than to find, so only the surprises come back. The order of the join
// makes each card asked for one search in the accounts.
export const SURPRISES_STATEMENT: string = `${fixedRowsInput(CARD_COLUMNS)}
SELECT input.idm AS idm, input.profile AS profile,
  iif(card_account.profile = input.profile, card_account.key_version, NULL) AS key_version FROM input
LEFT JOIN card_account ON card_account.idm = input.idm
WHERE card_account.key_version IS DISTINCT FROM input.key_version
  OR card_account.profile IS DISTINCT FROM input.profile`;

/** The IDm in hexadecimal, and the profile if it is not the Standard one. */
export function cardNameOf({ idm: card, cardProfile }: Omit<CardAccount, 'keyVersion'>): string {
  return cardProfile === undefined ? formatIdm(card) : `${formatIdm(card)} ${cardProfile}`;
}

/**
 * Which of the cards are not as expected, by {@link cardNameOf}: with the key version of their
 * account, or `undefined` where there is no account of that profile.
 */
export async function readSurprisingCards(
  reader: SqlReader,
  expected: readonly CardAccount[],
): Promise<ReadonlyMap<string, number | undefined>> {
  const asked = encodeFixedRows(
    CARD_COLUMNS,
    expected.map((card) => [card.idm, card.keyVersion, profileCodeOf(card)]),
  );
  const rows = await reader.all(SURPRISES_STATEMENT, [asked]);
  return new Map(
    rows.map((row) => [
      cardNameOf({
        idm: idm(bytesIn(row, 'idm')),
        cardProfile: numberIn(row, 'profile') === CARD_PROFILE_LITE_S ? 'lite-s' : undefined,
      }),
      row['key_version'] === null ? undefined : numberIn(row, 'key_version'),
    ]),
  );
}

/** `undefined` for a card without any record. */
export async function readCardShadow(
  reader: SqlReader,
  card: IDm,
): Promise<CardShadow | undefined> {
  const [row] = await reader.all('SELECT * FROM card_shadow WHERE idm = ?', [card]);
  if (row === undefined) return undefined;
  return {
    balance: signedYen(numberIn(row, 'balance_yen')),
    lastCounter: numberIn(row, 'last_counter'),
    recordCount: numberIn(row, 'record_count'),
    watermark: numberIn(row, 'watermark'),
    watermarkBalance: signedYen(numberIn(row, 'watermark_balance_yen')),
  };
}
