// Another program on the same reader, as a shop's machine may have. It speaks to the service through
// the binding under nfc-pcsc, in a process of its own, because the binding loads once a process.
//
//   node second-client.mjs exclusive <reader>   holds the card for itself until it is ended
//   node second-client.mjs reset <reader>       resets the card once and lets it go
import { createRequire } from 'node:module';

const RETRY_MS = 50;
const [, , mode, readerName] = process.argv;
// It is not our dependency but nfc-pcsc's, so it is found from there.
const fromBinding = createRequire(createRequire(import.meta.url).resolve('nfc-pcsc'));
const service = fromBinding('@pokusew/pcsclite')();

service.on('error', () => undefined);
service.on('reader', (reader) => {
  reader.on('error', () => undefined);
  if (reader.name !== readerName) return;
  let isUsed = false;
  reader.on('status', ({ state }) => {
    // The first word of a reader may be that it is empty: the card comes only now.
    if (isUsed || (state & reader.SCARD_STATE_PRESENT) === 0) return;
    isUsed = true;
    use(reader);
  });
});

function use(reader) {
  const isExclusive = mode === 'exclusive';
  const shareMode = isExclusive ? reader.SCARD_SHARE_EXCLUSIVE : reader.SCARD_SHARE_SHARED;
  reader.connect({ share_mode: shareMode }, (error) => {
    // The service may have told of a card that it is still switching on.
    if (error) return setTimeout(use, RETRY_MS, reader);
    if (isExclusive) return say('holding');
    return reader.disconnect(reader.SCARD_RESET_CARD, () => say('reset'));
  });
}

function say(event) {
  process.stdout.write(`${JSON.stringify({ event })}\n`);
}
