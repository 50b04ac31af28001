import type { ChildProcess } from 'node:child_process';

const OUTPUT_WAIT_MS = 10_000;

/** What a program that runs for ever writes, taken piece by piece. */
export interface PeerOutput {
  /** Resolves with all text up to the end of the next match, which is then taken away. */
  take(pattern: RegExp): Promise<string>;
}

export function peerOutput({ stdout }: ChildProcess): PeerOutput {
  if (stdout === null) throw new Error('expected a process with pipes');
  let text = '';
  let wake = (): void => undefined;
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  return {
    take: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`the peer did not say ${pattern}; it said ${text}`)),
          OUTPUT_WAIT_MS,
        );
        wake = () => {
          const match = pattern.exec(text);
          if (match === null) return;
          clearTimeout(timer);
          const end = match.index + match[0].length;
          const taken = text.slice(0, end);
          text = text.slice(end);
          resolve(taken);
        };
        wake();
      }),
  };
}
