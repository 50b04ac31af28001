import type { CardNode } from './card-layout.ts';

/**
 * Whether a session may be opened with these nodes: all of them exist, at least one has a key, and
 * those without stand behind those with. The rule is the one of the DES scheme; the AES scheme's
 * own is not public.
 */
export function areKeyedFirst(nodes: readonly (CardNode | undefined)[]): boolean {
  const isOpen = nodes.map((node) => node?.open !== undefined);
  const firstOpen = isOpen.indexOf(true);
  const keyed = firstOpen < 0 ? nodes.length : firstOpen;
  return (
    keyed > 0 && nodes.every((node) => node !== undefined) && isOpen.slice(keyed).every(Boolean)
  );
}
