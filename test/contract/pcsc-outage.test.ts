import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Milliseconds, milliseconds } from '#units';
import { PCSC_BINDINGS } from '../../terminal/reader/pcsc-binding.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import { type Reader, ReaderError } from '../../terminal/reader/reader.ts';
import { hex } from '../card-emulator/felica/hex.ts';
import {
  missingForBinding,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from './pcsc-service.ts';
import { describeWithPcsc } from './pcsc-suite.ts';
import { bindingProcessId } from './sale-terminal.ts';
import { type CardProcess, cardProcess } from './served-card.ts';

const SHORT: Milliseconds = milliseconds(50);
const LONG: Milliseconds = milliseconds(8_000);
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
    let reader: Reader | undefined;

    beforeAll(async () => {
      service = await preparePcscService();
      await service.start();
      card = cardProcess(service.spawnCard([`${here}/scripted-card.mjs`]));
      await card.next('ready');
    });

    afterEach(async () => {
      await tell({ command: 'remove' });
      await reader?.close();
      reader = undefined;
    });

    afterAll(() => service.stop());

    async function tell(command: Readonly<Record<string, unknown>>): Promise<void> {
      card.tell(command);
      await card.next('obeyed');
    }

    /** A reader that waits little for a link that hangs, and comes back fast. */
    function open(): Promise<Reader> {
      return openPcscReader({
        readerName: VIRTUAL_READER,
        socketPath: service.socketPath,
        binding,
        linkAllowanceMs: 300,
        restartMsMax: 200,
      });
    }

    async function tap(opened: Reader): Promise<void> {
      await tell({ command: 'insert' });
      expect(await opened.waitForCard(LONG)).toBe(true);
    }

    it('knows nothing when the card hangs for ever, and serves the next tap', async () => {
      reader = await open();
      await tap(reader);
      await tell({ command: 'script', steps: [{ do: 'hang' }] });
      expect(await reader.transmit(WRITE, SHORT)).toBeUndefined();
      await expect(reader.transmit(WRITE, LONG)).rejects.toMatchObject({ code: 'READER_HUNG' });
      await tell({ command: 'remove' });
      expect(await reader.waitForRemoval(LONG)).toBe(true);
      await tap(reader);
      expect(await reader.transmit(WRITE, LONG)).toEqual(DONE);
    });

    it('knows nothing when the answer comes three seconds late, and takes the card for the same tap', async () => {
      reader = await open();
      await tap(reader);
      const { tapCount } = reader;
      await tell({ command: 'script', steps: [{ do: 'late', waitMs: 3_000 }] });
      expect(await reader.transmit(WRITE, SHORT)).toBeUndefined();
      expect(await reader.waitForCard(LONG)).toBe(true);
      expect(await reader.transmit(WRITE, LONG)).toEqual(DONE);
      expect(reader.tapCount).toBe(tapCount);
    });

    it('closes while the card hangs', async () => {
      reader = await open();
      await tap(reader);
      await tell({ command: 'script', steps: [{ do: 'hang' }] });
      const answer = reader.transmit(WRITE, SHORT);
      await reader.close();
      expect(await answer).toBeUndefined();
    });

    it('says READER_FAULT when the process with the binding dies in mid-command, and starts another', async () => {
      reader = await open();
      await tap(reader);
      await tell({ command: 'script', steps: [{ do: 'late', waitMs: 500 }] });
      const answer = expect(reader.transmit(WRITE, LONG)).rejects.toMatchObject({
        code: 'READER_FAULT',
      });
      await commandArrived();
      process.kill(bindingProcessId(binding, VIRTUAL_READER), 'SIGKILL');
      await answer;
      expect(await reader.waitForCard(LONG)).toBe(true);
      expect(await reader.transmit(WRITE, LONG)).toEqual(DONE);
    });

    it('says READER_SERVICE_UNAVAILABLE when the service dies in mid-command, and comes back with it', async () => {
      reader = await open();
      await tap(reader);
      await tell({ command: 'script', steps: [{ do: 'hang' }] });
      const answer = expect(reader.transmit(WRITE, LONG)).rejects.toMatchObject({
        code: 'READER_SERVICE_UNAVAILABLE',
      });
      await commandArrived();
      await service.kill();
      await answer;
      await outageOf(reader);
      await service.start();
      await tap(reader);
      expect(await reader.transmit(WRITE, LONG)).toEqual(DONE);
    });

    it('knows nothing when the answer has no bytes at all, which hangs the slot for ever', async () => {
      reader = await open();
      await tap(reader);
      await tell({ command: 'script', steps: [{ do: 'reply', reply: '' }] });
      expect(await reader.transmit(WRITE, SHORT)).toBeUndefined();
      await service.kill();
      await service.start();
      await tap(reader);
      expect(await reader.transmit(WRITE, LONG)).toEqual(DONE);
    });

    it('says READER_BUSY while another program holds the card, and serves it afterwards', async () => {
      const other = service.spawnClient([`${here}/second-client.mjs`, 'exclusive', VIRTUAL_READER]);
      await tell({ command: 'insert' });
      await cardProcess(other).next('holding');
      reader = await open();
      await expect(reader.waitForCard(milliseconds(1_000))).rejects.toMatchObject({
        code: 'READER_BUSY',
      });
      other.kill('SIGKILL');
      expect(await reader.waitForCard(LONG)).toBe(true);
    });

    /** Resolves once the reader has noticed that the service is gone. */
    async function outageOf(opened: Reader): Promise<void> {
      const notice = (): Promise<string> =>
        opened.waitForCard(SHORT).then(
          () => 'none',
          (error: unknown) => (error instanceof ReaderError ? error.code : 'another error'),
        );
      await expect.poll(notice, { timeout: LONG }).toBe('READER_SERVICE_UNAVAILABLE');
    }

    async function commandArrived(): Promise<void> {
      for (;;) {
        const { hex: command } = await card.next('asked');
        if (String(command).slice(12, 14) === '08') return;
      }
    }
  };
  describeWithPcsc(`PC/SC outages, by ${binding}`, suite, () => missingForBinding(binding));
}

for (const binding of PCSC_BINDINGS) {
  const suite = (): void => {
    let service: PcscService;

    beforeAll(async () => {
      service = await preparePcscService({ hasReader: false });
    });

    afterAll(() => service.stop());

    const open = (openWaitMs: number, readerName?: string): Promise<Reader> => {
      const { socketPath } = service;
      const options = { socketPath, binding, openWaitMs, restartMsMax: 200 };
      return openPcscReader(readerName === undefined ? options : { ...options, readerName });
    };

    it('says READER_SERVICE_UNAVAILABLE while there is no service', async () => {
      await expect(open(200)).rejects.toMatchObject({ code: 'READER_SERVICE_UNAVAILABLE' });
    });

    it('says READER_NOT_FOUND when the service starts while it waits, and has no reader', async () => {
      const opened = expect(open(3_000)).rejects.toMatchObject({ code: 'READER_NOT_FOUND' });
      await service.start();
      await opened;
    });

    it('opens when the service comes back with a reader while it waits', async () => {
      const opened = open(LONG, VIRTUAL_READER);
      await service.kill();
      await service.addReader();
      await service.start();
      const reader = await opened;
      expect(reader.name).toBe(VIRTUAL_READER);
      await reader.close();
    });

    it('says READER_NOT_FOUND when no reader has the configured name', async () => {
      await expect(open(1_000, 'ACR1252')).rejects.toMatchObject({ code: 'READER_NOT_FOUND' });
    });
  };
  describeWithPcsc(`PC/SC without a reader, by ${binding}`, suite, () =>
    missingForBinding(binding),
  );
}
