import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { NFC } from 'nfc-pcsc';

/**
 * The bare binding: nothing of Kazasu is between its `transmit` and the clock. For each line with
 * wrapped commands as JSON it sends all of them, and prints how long each took, in ms, and its reply.
 *
 *   node bare-transmit.mjs <reader>
 */
const REPLY_BYTES_MAX = 300;
const [, , readerName] = process.argv;

const nfc = new NFC();
nfc.on('error', () => undefined);
nfc.on('reader', (reader) => {
  if (reader.name !== readerName) return;
  reader.autoProcessing = false;
  reader.on('error', () => undefined);
  reader.once('card', () => serve(reader));
});

function serve(reader) {
  say({ event: 'ready' });
  createInterface({ input: process.stdin }).on('line', (line) => answer(reader, line));
}

async function answer(reader, line) {
  const commands = JSON.parse(line);
  assert(Array.isArray(commands));
  const bytes = commands.map((command) => Buffer.from(String(command), 'hex'));
  const elapsedMs = [];
  const replies = [];
  for (const command of bytes) {
    const start = performance.now();
    const reply = await reader.transmit(command, REPLY_BYTES_MAX);
    elapsedMs.push(performance.now() - start);
    replies.push(reply.toString('hex'));
  }
  say({ event: 'sent', elapsedMs, replies });
}

function say(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
