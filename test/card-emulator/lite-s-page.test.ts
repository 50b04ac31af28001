import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLiteCard } from '../../card-emulator/card/lite-card.ts';
import { parseLiteCardImage } from '../../card-emulator/card/lite-card-image.ts';
import { hex, toHex } from './card/test-card.ts';

const FOLDER = new URL('../../card-emulator/', import.meta.url);
const PAGE = readFileSync(new URL('lite-s.md', FOLDER), 'utf8');
const EXAMPLE = readFileSync(new URL('examples/lite-s-known-answers.json', FOLDER), 'utf8');

/** The frame at the start of a line: groups of hexadecimal digits up to two spaces. */
function frameOf(line: string): string {
  return line.slice(2).split(/ {2}/)[0] ?? '';
}

describe('the page of the Lite card', () => {
  it('shows a dialogue that the example card really has', () => {
    const dialogue = PAGE.match(/```text\n([\s\S]*?)```/)?.[1]?.trim() ?? '';
    const lines = dialogue.split('\n');
    expect(lines.length).toBe(18);
    const card = createLiteCard(parseLiteCardImage(JSON.parse(EXAMPLE)));
    card.powerOn();
    for (let index = 0; index < lines.length; index += 2) {
      const [request = '', response = ''] = [lines[index], lines[index + 1]];
      expect([request[0], response[0]]).toEqual(['>', '<']);
      const expected = response === '< silence' ? undefined : toHex(hex(frameOf(response)));
      expect([request, toHex(card.exchange(hex(frameOf(request))))]).toEqual([request, expected]);
    }
  });
});
