import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { builtFile } from '../../contract/pcsc-service.ts';
import { environmentWithoutBinding } from './missing-binding.ts';

it('the process around smartcard reports a binding that cannot be loaded, and ends', async () => {
  const child = fork(builtFile('terminal/reader/smartcard-process.js'), [], {
    env: environmentWithoutBinding(),
    execArgv: [],
  });
  const exit = once(child, 'exit');
  const [message] = await once(child, 'message');
  expect(message).toEqual({ kind: 'binding-missing', message: 'smartcard is not installed' });
  await exit;
});
