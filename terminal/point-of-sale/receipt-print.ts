import { type Printer, transform } from 'receiptline';
import type { EpochMs } from '#units';

const CHARACTERS_PER_LINE = 38;

/** What a printer of 38 characters makes of receiptline's markup. */
export function printedText(markup: string): string {
  const printer: Printer = { cpl: CHARACTERS_PER_LINE, encoding: 'multilingual', command: 'text' };
  return transform(markup, printer).trimEnd();
}

/** Characters with a meaning in the markup. A shop's name is data: it draws and begins no line. */
export function escapeMarkup(text: string): string {
  const line = text.replace(/\p{Cc}/gu, ' ');
  return line.replace(/[\\|{}~_"`^=-]/g, (character) => `\\${character}`);
}

/** `2026-11-23 12:00` in Japan, where the terminal stands. */
export function formatTime(time: EpochMs): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Tokyo',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return parts.format(time);
}
