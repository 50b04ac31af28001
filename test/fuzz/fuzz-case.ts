import { seededDraw } from '../../card-emulator/card/seeded-draw.ts';

/** Which cases are tried: `SEED=n` tries others, and the same ones again for the same number. */
export const SEED = Number(process.env['SEED'] ?? 20_261_123);

/** How many cases there are in all; `FUZZ_CASES=2000000` tries more. CI never tries less than this. */
export const CASES = Math.max(100_000, Number(process.env['FUZZ_CASES'] ?? 0));

/** The cases that were really tried, of all kinds of fuzzing in this process. */
export interface CaseCount {
  tried: number;
}

export type Draw = ReturnType<typeof seededDraw>;

export function drawOf(part: number): Draw {
  return seededDraw(SEED * 31 + part);
}

export function bytesOf(draw: Draw, byteCount: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, () => draw(256));
}

/** Any bytes, or a frame with a right length byte and a likely code. */
export function anyFrame(draw: Draw, codes: readonly number[]): Uint8Array {
  if (draw(4) === 0) return bytesOf(draw, draw(300));
  const body = bytesOf(draw, 1 + draw(253));
  body[0] = codes[draw(codes.length)] ?? 0;
  return Uint8Array.of(body.length + 1, ...body);
}

/** Some bytes replaced, cut off and added; the length byte is right most of the time. */
export function mutatedFrame(draw: Draw, frame: Uint8Array): Uint8Array {
  const bytes = mutated(draw, frame).slice(0, 255);
  if (bytes.length > 0 && draw(10) > 0) bytes[0] = bytes.length;
  return bytes;
}

/** The same for a payload, which has no length byte. */
export function mutated(draw: Draw, original: Uint8Array): Uint8Array {
  const cut = draw(6) === 0 ? draw(original.length + 1) : 0;
  const kept = original.slice(0, original.length - cut);
  for (let change = draw(4); change > 0 && kept.length > 0; change -= 1) {
    kept[draw(kept.length)] = draw(2) === 0 ? draw(256) : draw(4);
  }
  return draw(8) === 0 ? Uint8Array.of(...kept, ...bytesOf(draw, draw(20))) : kept;
}
