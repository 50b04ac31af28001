import { messageOf } from './card-slot.ts';

/** The words in which smartcard 3.7 tells an error of PC/SC, whose number it keeps to itself. */
const NUMBER_BY_WORDS: ReadonlyMap<string, string> = new Map([
  ['Insufficient buffer', '0x80100008'],
  ['Unknown reader', '0x80100009'],
  ['Sharing violation', '0x8010000b'],
  ['No smart card present', '0x8010000c'],
  ['Communication error', '0x80100013'],
  ['Transaction failed', '0x80100016'],
  ['Reader unavailable', '0x80100017'],
  ['PC/SC service not running', '0x8010001d'],
  ['PC/SC service stopped', '0x8010001e'],
  ['No readers available', '0x8010002e'],
  ['Card is not supported', '0x80100065'],
  ['Card is unresponsive', '0x80100066'],
  ['Card is unpowered', '0x80100067'],
  ['Card was reset', '0x80100068'],
  ['Card was removed', '0x80100069'],
]);

/** Its word for every number that has none above, a refusal by polkit among them. */
const UNKNOWN = 'Unknown PC/SC error';
const UNKNOWN_HINT =
  'smartcard does not tell which; it may be a refusal by polkit, which --binding nfc-pcsc tells apart';

/** The binding's message with the number that stands in the messages of PC/SC, if it has a name. */
export function numberedMessage(error: unknown): string {
  const message = messageOf(error);
  if (message.endsWith(UNKNOWN)) return `${message}: ${UNKNOWN_HINT}`;
  const number = NUMBER_BY_WORDS.get(message);
  return number === undefined ? message : `${message} (${number})`;
}
