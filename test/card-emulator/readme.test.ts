import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { purseCard } from './card/purse-card.ts';
import { hex, toHex } from './card/test-card.ts';

const README = readFileSync(new URL('../../card-emulator/README.md', import.meta.url), 'utf8');

/** The frame at the start of a line: groups of hexadecimal digits up to two spaces. */
function frameOf(line: string): string {
  return line.slice(2).split(/ {2}/)[0] ?? '';
}

describe('the page of the emulated card', () => {
  it('shows a dialogue that the card really has', () => {
    const lines =
      README.match(/```text\n([\s\S]*?)```/)?.[1]
        ?.trim()
        .split('\n') ?? [];
    expect(lines.length).toBe(12);
    const card = purseCard();
    for (let index = 0; index < lines.length; index += 2) {
      const [request = '', response = ''] = [lines[index], lines[index + 1]];
      expect([request[0], response[0]]).toEqual(['>', '<']);
      const expected = response === '< silence' ? undefined : toHex(hex(frameOf(response)));
      expect([request, toHex(card.exchange(hex(frameOf(request))))]).toEqual([request, expected]);
    }
  });
});
