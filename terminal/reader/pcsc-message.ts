import { z } from 'zod';

/** What the terminal asks of the process with the PC/SC binding. */
export type BindingRequest =
  | { readonly kind: 'transmit'; readonly id: number; readonly command: Uint8Array }
  | { readonly kind: 'stop' };

/** What the process with the PC/SC binding reports. Texts are the binding's own, with its numbers. */
export type BindingReport =
  | { readonly kind: 'binding-missing'; readonly message: string }
  /** The binding is loaded and has reached the service. */
  | { readonly kind: 'started' }
  /** A reader is there, whether it is the wanted one or not. */
  | { readonly kind: 'reader-seen'; readonly name: string }
  | { readonly kind: 'reader-found'; readonly name: string }
  /** Several readers fit what was asked for, and none of them is taken. */
  | { readonly kind: 'reader-ambiguous'; readonly names: readonly string[] }
  | { readonly kind: 'reader-gone' }
  /** A card is in the field and not connected: `message` says why, once it has been tried. */
  | { readonly kind: 'card-unready'; readonly message: string | undefined }
  | { readonly kind: 'card-ready' }
  | { readonly kind: 'card-gone' }
  | { readonly kind: 'answered'; readonly id: number; readonly reply: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'service-lost'; readonly message: string };

/** Bytes cross as `Buffer`, whose `slice` shares its memory: no caller expects that. */
const bytes = z.instanceof(Uint8Array).transform((buffer) => Uint8Array.from(buffer));

const REQUEST: z.ZodType<BindingRequest> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('transmit'), id: z.int(), command: bytes }),
  z.object({ kind: z.literal('stop') }),
]);

const REPORT: z.ZodType<BindingReport> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('binding-missing'), message: z.string() }),
  z.object({ kind: z.literal('started') }),
  z.object({ kind: z.literal('reader-seen'), name: z.string() }),
  z.object({ kind: z.literal('reader-found'), name: z.string() }),
  z.object({ kind: z.literal('reader-ambiguous'), names: z.array(z.string()) }),
  z.object({ kind: z.literal('reader-gone') }),
  z.object({ kind: z.literal('card-unready'), message: z.union([z.string(), z.undefined()]) }),
  z.object({ kind: z.literal('card-ready') }),
  z.object({ kind: z.literal('card-gone') }),
  z.object({ kind: z.literal('answered'), id: z.int(), reply: bytes }),
  z.object({ kind: z.literal('failed'), id: z.int(), message: z.string() }),
  z.object({ kind: z.literal('service-lost'), message: z.string() }),
]);

/** Throws on anything else: both ends are built from this file, so it is a mistake of ours. */
export function decodeBindingRequest(message: unknown): BindingRequest {
  return REQUEST.parse(message);
}

/** Throws as {@link decodeBindingRequest} does. */
export function decodeBindingReport(message: unknown): BindingReport {
  return REPORT.parse(message);
}
