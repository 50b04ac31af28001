import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * One line of the journal (journal-format.md): checksum, link of the chain, and the entry as JSON.
 * The checksum tells that a line is whole, by itself. The link tells that nothing before it was
 * changed, taken out or put in.
 */

export const LINK_DIGITS = 64;
const CHECKSUM_DIGITS = 8;
/** Checksum, space, link, space. */
const PREFIX_LENGTH = CHECKSUM_DIGITS + 1 + LINK_DIGITS + 1;
const SPACE = 0x20;
const NEWLINE = 0x0a;

/** Before the first line. */
export const FIRST_LINK: string = '0'.repeat(LINK_DIGITS);

export interface JournalLine {
  readonly link: string;
  readonly json: string;
}

export interface EncodedLine {
  readonly bytes: Uint8Array;
  readonly link: string;
}

/** `json` holds no line break, which JSON of one line never does. */
export function encodeLine(previousLink: string, json: string): EncodedLine {
  const link = linkOf(previousLink, json);
  const rest = `${link} ${json}`;
  return { bytes: new TextEncoder().encode(`${checksumOf(rest)} ${rest}\n`), link };
}

/** Reads the bytes of one line, without its line break. `undefined` for one that is not whole. */
export function decodeLine(bytes: Uint8Array): JournalLine | undefined {
  if (bytes[CHECKSUM_DIGITS] !== SPACE || bytes[PREFIX_LENGTH - 1] !== SPACE) return undefined;
  const rest = bytes.subarray(CHECKSUM_DIGITS + 1);
  if (textOf(bytes.subarray(0, CHECKSUM_DIGITS)) !== checksumOf(rest)) return undefined;
  const link = textOf(rest.subarray(0, LINK_DIGITS));
  return { link, json: textOf(bytes.subarray(PREFIX_LENGTH)) };
}

/** SHA-256 over the link before and the entry, in hexadecimal. */
export function linkOf(previousLink: string, json: string): string {
  return createHash('sha256').update(previousLink).update(json).digest('hex');
}

function checksumOf(content: string | Uint8Array): string {
  return crc32(content).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

/**
 * Whether a file that holds nothing else was cut off within its very first line, or within the zeros
 * that some file systems leave there after a power cut.
 */
export function isTornFirstLine(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte === 0)) return true;
  return /^[0-9a-f]{0,8}$|^[0-9a-f]{8} [0-9a-f]{0,64}$|^[0-9a-f]{8} [0-9a-f]{64} (\{[^\n]*)?$/.test(
    textOf(bytes),
  );
}

/** Where the next line ends, or -1. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  return bytes.indexOf(NEWLINE, from);
}
