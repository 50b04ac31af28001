import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/pcsc-service.ts';
import { environmentWithoutBinding } from './missing-binding.ts';

describe('process around the PC/SC binding', () => {
  it('reports a binding that cannot be loaded, and ends', async () => {
    const child = fork(builtFile('terminal/reader/pcsc-binding-process.js'), [], {
      env: environmentWithoutBinding(),
      execArgv: [],
    });
    const exit = once(child, 'exit');
    const [message] = await once(child, 'message');
    expect(message).toEqual({ kind: 'binding-missing', message: 'nfc-pcsc is not installed' });
    await exit;
  });
});
