/** One entry of a journal, as its JSON has it. */
export type Entry = Readonly<Record<string, unknown>>;

export function objectIn(entry: Entry, field: string): Entry {
  const value = entry[field];
  if (typeof value === 'object' && value !== null) return value as Entry;
  throw new TypeError(`journal: ${field} is no object`);
}

export function bytesIn(entry: Entry, field: string): Uint8Array {
  const value = entry[field];
  if (typeof value === 'string') return Uint8Array.from(Buffer.from(value, 'base64'));
  throw new TypeError(`journal: ${field} is no text`);
}
