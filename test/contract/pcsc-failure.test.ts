import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePacket } from '#felica/packet';
import { type Milliseconds, milliseconds } from '#units';
import { PCSC_BINDINGS } from '../../terminal/reader/pcsc-binding.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { Reader, ReaderErrorCode } from '../../terminal/reader/reader.ts';
import { hex } from '../card-emulator/felica/hex.ts';
import {
  missingForBinding,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

const LONG: Milliseconds = milliseconds(8_000);
const CARD_TIME: Milliseconds = milliseconds(100);
/** Write Without Encryption to the scripted card, which never looks at what is written. */
const WRITE: Uint8Array = hex(
  '20 08 02fe000000000001 01 0900 01 8000 00000000000000000000000000000000',
);
const DONE: Uint8Array = hex('0c 09 02fe000000000001 00 00');
const here: string = import.meta.dirname;

for (const binding of PCSC_BINDINGS) {
  const suite = (): void => {
    let service: PcscService;
    let card: CardProcess;

    beforeAll(async () => {
      service = await preparePcscService();
      await service.start();
      card = cardProcess(service.spawnCard([`${here}/scripted-card.mjs`]));
      await card.next('ready');
    });

    afterAll(() => service.stop());

    async function tell(command: Readonly<Record<string, unknown>>): Promise<void> {
      card.tell(command);
      await card.next('obeyed');
    }

    describe('of the card', () => {
      let reader: Reader;
      // One tap serves them all: what is left of a failure in one test shows in the next.
      beforeAll(async () => {
        reader = await openPcscReader({
          readerName: VIRTUAL_READER,
          socketPath: service.socketPath,
          binding,
        });
        await tell({ command: 'insert' });
      });
      beforeEach(async () => {
        expect(await reader.waitForCard(LONG)).toBe(true);
      });
      afterAll(async () => {
        await tell({ command: 'remove' });
        // A card that comes before the service has missed this one is taken for it: never powered on.
        expect(await reader.waitForRemoval(LONG)).toBe(true);
        await reader.close();
      });

      it.each([
        ['the card leaves in mid-command, its connection closed', { do: 'fin' }],
        ['the card leaves in mid-command, its connection reset', { do: 'rst' }],
        ['three of ten bytes of an answer come', { do: 'half' }],
      ])('knows nothing when %s, and serves the next tap', async (_, step) => {
        await tell({ command: 'script', steps: [step] });
        expect(await reader.transmit(WRITE, CARD_TIME)).toBeUndefined();
        await tell({ command: 'insert' });
        expect(await reader.waitForCard(LONG)).toBe(true);
        expect(await reader.transmit(WRITE, CARD_TIME)).toEqual(DONE);
      });

      it.each([
        ['the reader says that the card was silent', '6300'],
        ['the reader says success and has no packet', '9000'],
        ['the status word is missing', '0c0902fe0000000000010000'],
        [
          'the answer is longer than its length byte says',
          `0c0902fe0000000000010000${'ee'.repeat(5)}9000`,
        ],
        ['the answer is shorter than its length byte says', '0d0902fe00000000000100009000'],
        ['the answer is longer than any packet', `${'0c'.repeat(400)}9000`],
      ])('knows nothing when %s, and the card stays usable', async (_, reply) => {
        await tell({ command: 'script', steps: [{ do: 'reply', reply }] });
        expect(await reader.transmit(WRITE, CARD_TIME)).toBeUndefined();
        expect(await reader.waitForCard(LONG)).toBe(true);
        expect(await reader.transmit(WRITE, CARD_TIME)).toEqual(DONE);
      });

      it("hands another card's packet through: the caller compares the IDm", async () => {
        const reply = '0c0902fe00000000007700009000';
        await tell({ command: 'script', steps: [{ do: 'reply', reply }] });
        const answer = await reader.transmit(WRITE, CARD_TIME);
        expect(answer && decodePacket(answer)?.data.subarray(0, 8)).toEqual(
          hex('02fe000000000077'),
        );
      });

      it('says READER_UNSUPPORTED when the reader does not know the form of command', async () => {
        await tell({ command: 'script', steps: [{ do: 'reply', reply: '6a81' }] });
        await expect(reader.transmit(WRITE, CARD_TIME)).rejects.toMatchObject(
          failure('READER_UNSUPPORTED'),
        );
      });

      it('sends a command once, and never again by itself', async () => {
        const resetMode = hex('0c 3e 02fe000000000001 0000');
        await tell({ command: 'script', steps: [] });
        await reader.transmit(resetMode, CARD_TIME);
        await askedUntil('3e');
        await tell({ command: 'script', steps: [{ do: 'reply', reply: '6300' }] });
        await reader.transmit(WRITE, CARD_TIME);
        await reader.transmit(resetMode, CARD_TIME);
        expect((await askedUntil('3e')).map(codeOf)).toEqual(['08', '3e']);
      });

      it('comes back by itself when another program has reset the card', async () => {
        const other = cardProcess(
          service.spawnClient([`${here}/second-client.mjs`, 'reset', VIRTUAL_READER]),
        );
        await other.next('reset');
        expect(await reader.transmit(WRITE, CARD_TIME)).toBeUndefined();
        expect(await reader.waitForCard(LONG)).toBe(true);
        expect(await reader.transmit(WRITE, CARD_TIME)).toEqual(DONE);
      });

      /** The commands that have come to the card since the last such call, up to one of this code. */
      async function askedUntil(code: string): Promise<readonly string[]> {
        const asked: string[] = [];
        do {
          const { hex: command } = await card.next('asked');
          asked.push(String(command));
        } while (codeOf(asked.at(-1)) !== code);
        return asked;
      }
    });

    describe('of the card at its start', () => {
      it('takes a card for absent that leaves while it is powered on', async () => {
        const { socketPath } = service;
        const reader = await openPcscReader({ readerName: VIRTUAL_READER, socketPath, binding });
        await tell({ command: 'power', step: 'fin' });
        await tell({ command: 'insert' });
        await card.next('disconnected');
        expect(await reader.waitForRemoval(LONG)).toBe(true);
        await tell({ command: 'insert' });
        expect(await reader.waitForCard(LONG)).toBe(true);
        await tell({ command: 'remove' });
        await reader.close();
      });
    });
  };
  describeWithPcsc(`PC/SC failures, by ${binding}`, suite, () => missingForBinding(binding));
}

/** The command code of a wrapped packet: after `FF 00 00 00 Lc LEN`. */
function codeOf(command: string | undefined): string | undefined {
  return command?.slice(12, 14);
}

function failure(code: ReaderErrorCode): { readonly name: string; readonly code: ReaderErrorCode } {
  return { name: 'ReaderError', code };
}
