/**
 * Registering the same thing again changes nothing, so a command that was interrupted is simply
 * repeated. The same id with another content is refused: what was registered never changes.
 */
export type Registration<Refusal extends string> =
  | { readonly result: 'registered' | 'repeated' }
  | { readonly result: 'refused'; readonly reason: Refusal; readonly detail: string };

export function refused<Refusal extends string>(
  reason: Refusal,
  detail: string,
): Registration<Refusal> {
  return { result: 'refused', reason, detail };
}
