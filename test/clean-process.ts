import { beforeEach } from 'vitest';

// Files share a process: the exit code of a command in one test is not that of the next.
beforeEach(() => {
  process.exitCode = undefined;
});
