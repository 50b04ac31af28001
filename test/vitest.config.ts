import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Sources run without a build: only vitest knows this condition of package.json's imports map.
  ssr: { resolve: { conditions: ['kazasu-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Tests share no state but what they make, so the files share what they import: a third of the time.
    isolate: false,
    // No test is about time: one that hangs ends here, and a slow disk or a busy machine fails none.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
