import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a card process says: one JSON object a line, each with its `event`. */
export type CardEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** A card in a process of its own, steered by JSON lines. */
export interface CardProcess {
  tell(command: object): void;
  /** Resolves with the next event of that name, also one that came before and was not taken. */
  next(event: string): Promise<CardEvent>;
}

const EVENT_WAIT_MS = 10_000;

export function cardProcess(child: ChildProcess): CardProcess {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('expected a process with pipes');
  const events: CardEvent[] = [];
  let wake = (): void => undefined;
  createInterface({ input: stdout }).on('line', (line) => {
    events.push(JSON.parse(line));
    wake();
  });
  const take = (name: string): CardEvent | undefined => {
    const index = events.findIndex(({ event }) => event === name);
    return index < 0 ? undefined : events.splice(0, index + 1).at(-1);
  };
  return {
    tell: (command) => void stdin.write(`${JSON.stringify(command)}\n`),
    next: (name) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(new Error(`the card did not say "${name}"; it said ${JSON.stringify(events)}`)),
          EVENT_WAIT_MS,
        );
        wake = () => {
          const event = take(name);
          if (event === undefined) return;
          clearTimeout(timer);
          resolve(event);
        };
        wake();
      }),
  };
}
