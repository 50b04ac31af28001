/** The longest time a timer of Node can be set to: beyond it, it fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Lets callers wait until something that changes by events has become true. */
export class ChangeSignal {
  readonly #checks = new Set<() => void>();

  /** To be called after each change. */
  announce(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Resolves with true as soon as `isReached`, at once if it is, with false after `waitMs`. */
  until(isReached: () => boolean, waitMs: number): Promise<boolean> {
    if (isReached()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (reached: boolean): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve(reached);
      };
      const check = (): void => {
        if (isReached()) end(true);
      };
      const timer = setTimeout(() => end(isReached()), Math.min(waitMs, TIMER_MS_MAX));
      this.#checks.add(check);
    });
  }
}
