import { idm, nodeCode, type SystemCode, systemCode } from '#felica/identifiers';
import type { PersonalisedSystem } from '#purse/card-profile';
import { createFelicaCard, type FelicaCard } from '../card-emulator/card/open-card.ts';
import { bytesFrom, cardIdm, KEY_VERSION, personalisedCard, seededRandom } from './scheme.ts';

/** The first digit of an IDm is the number of the system in its phone or card. */
const SYSTEM_1 = 0x10;

/** A phone with a transit system, and behind it the purse of ours: each has an IDm of its own. */
export function phoneWithPurse(number: number): FelicaCard {
  const ours = personalisedCard(number, {}, purseIdmOfPhone(number));
  const idOfChip = cardIdm(number);
  const systems = [otherSystem(0x0003), ...ours.systems];
  return phone(number, { ...ours, idm: idOfChip, idi: idOfChip, systems });
}

/** The IDm under which a phone answers for our system. */
export function purseIdmOfPhone(number: number): ReturnType<typeof cardIdm> {
  const [first = 0, ...rest] = cardIdm(number);
  return idm(Uint8Array.of(first | SYSTEM_1, ...rest));
}

/** A phone with two systems of other schemes. */
export function phoneWithoutPurse(number: number): FelicaCard {
  const { certificate: _, ...ours } = personalisedCard(number);
  return phone(number, { ...ours, systems: [otherSystem(0x0003), otherSystem(0xfe00)] });
}

/** An Android phone with an app for one system, under the IDm that it has drawn for this tap. */
export function hceFPhone(tap: number, system: number): FelicaCard {
  const { certificate: _, ...ours } = personalisedCard(tap);
  const systems = [otherSystem(system)];
  return phone(tap, { ...ours, personality: 'hce-f', systems });
}

function phone(number: number, content: Parameters<typeof createFelicaCard>[0]): FelicaCard {
  return createFelicaCard(content, { random: seededRandom(`phone ${number}`) });
}

function otherSystem(code: number): PersonalisedSystem {
  const held: SystemCode = systemCode(code);
  const key = { key: bytesFrom(`system ${code}`), version: KEY_VERSION };
  return {
    systemCode: held,
    systemKey: key,
    areas: [{ code: nodeCode(0x0000), endCode: nodeCode(0xfffe), ...key }],
    services: [],
    blocks: [],
  };
}
