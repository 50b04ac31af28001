import { expect, it } from 'vitest';
import { placeTerminal } from '../../../backend/issuer/terminal-site.ts';
import { Scenario } from '../scenario.ts';

it('a terminal stands where it was last said to stand, if it is enrolled', async () => {
  const scenario = await Scenario.open();
  const { database } = scenario.backend;
  const place = { terminal: 42, latitude: 35.68, longitude: 139.77 };
  expect(await placeTerminal(database, place)).toMatchObject({ reason: 'TERMINAL_NOT_ENROLLED' });
  await scenario.terminal(42);
  await placeTerminal(database, place);
  await placeTerminal(database, { ...place, latitude: -33.86 });
  expect(await database.all('SELECT * FROM terminal_site')).toEqual([
    { terminal_id: 42, latitude: -33.86, longitude: 139.77 },
  ]);
  await scenario.remove();
});
