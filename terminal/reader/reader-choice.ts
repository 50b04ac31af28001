/** Which of the readers that are plugged in is the terminal's. */
export type ReaderChoice =
  | { readonly result: 'chosen'; readonly name: string }
  | { readonly result: 'none' }
  /** Several fit: whoever set the terminal up has to say which. */
  | { readonly result: 'ambiguous'; readonly names: readonly string[] };

export interface ReaderWish {
  /** Part of the reader's name; empty for any reader. */
  readonly wantedName: string;
  /** The reader that this terminal had before; empty at its start. */
  readonly lastName: string;
}

/** A reader with a slot for a SAM shows that slot as one more reader. */
const SAM_SLOT = /\bSAM\b/i;

/**
 * The reader that was there before goes on, and a whole name beats a part of others. Slots for SAMs are
 * passed over unless nothing else has the wanted name.
 */
export function chooseReader(names: readonly string[], wish: ReaderWish): ReaderChoice {
  const { wantedName, lastName } = wish;
  const fitting = names.filter((name) => name.includes(wantedName));
  const sure = [lastName, wantedName].find((name) => fitting.includes(name));
  if (sure !== undefined) return { result: 'chosen', name: sure };
  const contactless = fitting.filter((name) => !SAM_SLOT.test(name));
  const isSamMeant = contactless.length === 0 && wantedName !== '';
  const candidates = isSamMeant ? fitting : contactless;
  const [first, ...others] = candidates;
  if (first === undefined) return { result: 'none' };
  return others.length === 0
    ? { result: 'chosen', name: first }
    : { result: 'ambiguous', names: candidates };
}
