import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SamError } from './sam-error.ts';
import type { SecretPrompt } from './sam-secret.ts';

/** Asks at the terminal, without showing what is typed; `undefined` where there is no terminal. */
export function terminalPrompt(): SecretPrompt {
  if (!process.stdin.isTTY) return undefined;
  return async (question) => {
    process.stderr.write(question);
    const dark = new Writable({ write: (_chunk, _encoding, done) => done() });
    const line = createInterface({ input: process.stdin, output: dark, terminal: true });
    try {
      return await new Promise<string>((resolve, reject) => {
        // Ctrl-C and Ctrl-D end the line; the question would wait for ever.
        line.once('SIGINT', () => line.close());
        line.once('close', () => reject(new SamError('SAM_SECRET_MISSING', 'nothing was typed')));
        line.question('').then(resolve, reject);
      });
    } finally {
      line.close();
      process.stderr.write('\n');
    }
  };
}
