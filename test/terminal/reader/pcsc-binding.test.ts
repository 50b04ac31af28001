import { describe, expect, it } from 'vitest';
import {
  PCSC_BINDINGS,
  PcscBinding,
  type PcscBindingName,
} from '../../../terminal/reader/pcsc-binding.ts';
import { environmentWithoutBinding } from './missing-binding.ts';

const LONG_MS = 20_000;

function start(
  environment: Readonly<Record<string, string>>,
  startWaitMs: number,
  name: PcscBindingName = 'nfc-pcsc',
): PcscBinding {
  const onReport = (): void => undefined;
  const names = { readerName: '', lastReaderName: '', binding: name };
  return new PcscBinding({ ...names, environment, startWaitMs, onReport });
}

describe('process with the PC/SC binding', () => {
  it.each(PCSC_BINDINGS)(
    'ends with READER_BINDING_MISSING where %s cannot be loaded',
    async (name) => {
      const binding = start(environmentWithoutBinding(), LONG_MS, name);
      expect(await binding.ended).toMatchObject({
        code: 'READER_BINDING_MISSING',
        message: `${name}: ${name} is not installed`,
      });
    },
  );

  it('is killed with READER_SERVICE_UNAVAILABLE when it does not start in time', async () => {
    const binding = start(environmentWithoutBinding(), 1);
    expect(await binding.ended).toMatchObject({
      code: 'READER_SERVICE_UNAVAILABLE',
      message: 'the PC/SC service did not answer in 1 ms',
    });
  });

  it('answers a command with its end when it is killed meanwhile, and each one after that', async () => {
    const binding = start(environmentWithoutBinding(), 1);
    const answer = await binding.transmit(new Uint8Array(5), LONG_MS);
    expect(answer).toMatchObject({
      result: 'ended',
      reason: { code: 'READER_SERVICE_UNAVAILABLE' },
    });
    expect(await binding.transmit(new Uint8Array(5), LONG_MS)).toEqual(answer);
  });

  it('stops, already ended or not', async () => {
    const binding = start(environmentWithoutBinding(), LONG_MS);
    await binding.stop(1);
    await binding.stop(1);
    expect(await binding.ended).toBeDefined();
  });
});
