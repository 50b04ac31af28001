// Several cards in the field of one virtual reader. It runs beside pcscd in a process of its own, because a
// client that waits for a card in its own process never exits.
//
//   node crowd-card.mjs <dist folder> <image.json>...      the images are numbered from 0
//
// Commands on standard input, one JSON object a line:
//   {"command":"hold","cards":[0,1]}          these cards come together; the first is the one the reader names
//   {"command":"add","card":1}                one more comes
//   {"command":"take","card":1}               one leaves, and the others stay
//   {"command":"at","code":70,"add":1}        one more comes right before the next command of this code
//   {"command":"remove"}                      the field is empty
//   {"command":"image","card":0}              answered by {"event":"image","image":"…"}
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , distFolder, ...imagePaths] = process.argv;
const part = (path) => import(pathToFileURL(`${distFolder}/card-emulator/${path}.js`).href);
const { openCardImage } = await part('card/open-card');
const { CrowdedField } = await part('link/crowded-field');
const { VPCD_PORT, VpcdLink } = await part('link/vpcd');

const cards = imagePaths.map((path) =>
  openCardImage(readFileSync(path, 'utf8'), { random: randomBytes }),
);
const link = new VpcdLink({
  host: '127.0.0.1',
  port: VPCD_PORT,
  hasEarlyByte: true,
  reader: 'acs-raw',
  onEvent: ({ event }) => say(event, {}),
});
let field;
let planned;
let drawn = 0;

createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, ...rest } = JSON.parse(line);
  if (command === 'hold') hold(rest.cards);
  if (command === 'add') field.present(cards[rest.card]);
  if (command === 'take') field.remove(cards[rest.card]);
  if (command === 'at') planned = rest;
  if (command === 'remove') link.remove();
  if (command === 'image') say('image', { image: cards[rest.card].image() });
  say('obeyed', { command });
});
say('ready', {});

function hold(numbers) {
  const held = numbers.map((number) => cards[number]);
  // One after the other: with many slots nobody shares one, with one slot everybody does.
  field = new CrowdedField(held, (slotCount) => {
    drawn += 1;
    return drawn % slotCount;
  });
  const [{ idm, pmm }] = held;
  link.insert({
    idm,
    pmm,
    powerOn: () => field.powerOn(),
    powerOff: () => field.powerOff(),
    exchange: (packet) => Promise.resolve(exchange(packet)),
  });
}

function exchange(packet) {
  if (packet[1] === planned?.code) {
    field.present(cards[planned.add]);
    planned = undefined;
  }
  return field.exchange(packet);
}

function say(event, fields) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}
