import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFrameRecording } from '../../../card-emulator/link/frame-recording.ts';
import { replayCard } from '../../../card-emulator/link/frame-replay.ts';
import { openUdpLink, type UdpEvent, type UdpLink } from '../../../card-emulator/link/udp.ts';
import { testCard } from '../card/test-card.ts';
import { UdpReader } from './udp-reader.ts';

const PAGE = readFileSync(
  new URL('../../../card-emulator/link/README.md', import.meta.url),
  'utf8',
);

function blockOf(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1] ?? '';
}

describe('the page of the links', () => {
  let link: UdpLink;
  let reader: UdpReader;
  let events: UdpEvent[];

  beforeEach(async () => {
    events = [];
    link = await openUdpLink({ port: 0, onEvent: (event) => void events.push(event) });
    link.insert(testCard());
    reader = await new UdpReader(link.port).open();
  });

  afterEach(() => Promise.all([link.close(), reader.close()]));

  it('shows datagrams that a reader and the card really exchange', async () => {
    const lines = blockOf('text').trim().split('\n');
    expect(lines).toHaveLength(12);
    for (let index = 0; index < lines.length; index += 2) {
      const [request = '', answer = ''] = [lines[index], lines[index + 1]];
      expect([request.slice(0, 2), answer.slice(0, 2)]).toEqual(['> ', '< ']);
      const eventCount = events.length;
      reader.send(request.slice(2));
      await expect.poll(() => events.length).toBeGreaterThan(eventCount);
      // An event follows the sending of an answer, so what is waited for next would come after it.
      if (answer.startsWith('< silence')) expect(reader.waitingCount).toBe(0);
      else expect([request, `< ${await reader.take()}`]).toEqual([request, answer]);
    }
    expect(events.at(-1)).toMatchObject({ event: 'field-off', reason: 'RFOFF' });
    expect(reader.waitingCount).toBe(0);
  });

  it('shows a recording that can be read, of what the card really answers', () => {
    const recording = parseFrameRecording(blockOf('jsonl'));
    expect(recording.map(({ event }) => event)).toEqual([
      'power-on',
      'exchange',
      'exchange',
      'power-off',
    ]);
    const [card, replay] = [testCard(), replayCard(recording)];
    replay.powerOn();
    for (const event of recording) {
      if (event.event !== 'exchange') continue;
      expect(card.exchange(event.command)).toEqual(event.response);
      expect(replay.exchange(event.command)).toEqual(event.response);
    }
    expect([replay.exchangesLeft, replay.mismatches]).toEqual([0, []]);
  });
});
