// A card for vpcd that misbehaves on demand. It runs beside pcscd in a process of its own, because a
// client that waits for a card in its own process never exits. Its framing is written here a second
// time on purpose: the emulated card's own could hide the same mistake at both ends.
//
// Commands on standard input, one JSON object a line:
//   {"command":"insert"}                                    the card comes
//   {"command":"remove"}                                    the card goes
//   {"command":"script","steps":[…]}                        what to do at the next direct transmits
//   {"command":"power","step":"fin"}                        what to do at the next power-on
// Steps: {"do":"fin"} {"do":"rst"} {"do":"hang"} {"do":"half"} {"do":"late","waitMs":3000}
//        {"do":"reply","reply":"<hex>"}
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

const ATR = '3b8f8001804f0ca000000306110' + '03b0000000042';
const IDM = '02fe000000000001';
const PMM = '0120220427674eff';
const SUCCESS = '9000';
const PORT = 35_963;

let socket;
let steps = [];
let powerStep;

createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, ...rest } = JSON.parse(line);
  if (command === 'insert') insert();
  if (command === 'remove') socket?.destroy();
  if (command === 'script') steps = rest.steps;
  if (command === 'power') powerStep = rest.step;
  say('obeyed', { command });
});
say('ready', {});

function insert() {
  let received = Buffer.alloc(0);
  const mine = createConnection({ port: PORT, noDelay: true });
  socket = mine;
  mine.on('connect', () => say('connected', {}));
  mine.on('error', () => undefined);
  mine.on('close', () => say('disconnected', {}));
  mine.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      const end = 2 + received.readUInt16BE();
      answer(mine, received.subarray(2, end));
      received = received.subarray(end);
    }
  });
}

function answer(to, message) {
  if (message.length === 1) {
    if (message[0] === 4) send(to, ATR);
    if (message[0] === 1 && powerStep !== undefined) to.destroy();
    if (message[0] === 1) powerStep = undefined;
    return;
  }
  const hex = message.toString('hex');
  say('asked', { hex });
  if (hex === 'ffca000000') return send(to, IDM + SUCCESS);
  if (!hex.startsWith('ff000000')) return send(to, '6d00');
  const step = steps.shift();
  if (step === undefined) return send(to, usualReply(message.subarray(5)));
  return follow(step, to, message.subarray(5));
}

function follow(step, to, packet) {
  switch (step.do) {
    case 'fin':
      return to.destroy();
    case 'rst':
      return to.resetAndDestroy();
    case 'half':
      // Announces ten bytes, sends three, and is gone.
      return to.end(Buffer.from('000a0c0902', 'hex'));
    case 'late':
      return setTimeout(() => send(to, usualReply(packet)), step.waitMs);
    case 'reply':
      return send(to, step.reply);
    default:
      return undefined; // hang
  }
}

/** A Polling response, or the plainest success of any command. */
function usualReply(packet) {
  if (packet[1] === 0) return `1201${IDM}${PMM}${SUCCESS}`;
  const code = (packet[1] + 1).toString(16).padStart(2, '0');
  return `0c${code}${IDM}0000${SUCCESS}`;
}

function send(to, hex) {
  if (to.destroyed) return;
  const body = Buffer.from(hex, 'hex');
  const header = Buffer.alloc(2);
  header.writeUInt16BE(body.length);
  to.write(Buffer.concat([header, body]));
}

function say(event, fields) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}
