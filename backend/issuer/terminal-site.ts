import type { Database } from '../database/database.ts';
import { type Registration, refused } from './registration.ts';
import { readTerminal } from './terminal.ts';

/** Where a terminal stands, in degrees. */
export interface TerminalPlace {
  readonly terminal: number;
  readonly latitude: number;
  readonly longitude: number;
}

/** A terminal may move: the last place counts. Without one nothing is said of the ways of its cards. */
export function placeTerminal(
  database: Database,
  { terminal, latitude, longitude }: TerminalPlace,
): Promise<Registration<'TERMINAL_NOT_ENROLLED'>> {
  return database.transaction(async (transaction) => {
    if ((await readTerminal(transaction, terminal)) === undefined) {
      return refused('TERMINAL_NOT_ENROLLED', `terminal ${terminal} is not enrolled`);
    }
    await transaction.run(
      `INSERT INTO terminal_site VALUES (?1, ?2, ?3) ON CONFLICT (terminal_id)
       DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude`,
      [terminal, latitude, longitude],
    );
    return { result: 'registered' };
  });
}
