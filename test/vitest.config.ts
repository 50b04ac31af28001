import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Sources run without a build: only vitest knows this condition of package.json's imports map.
  ssr: { resolve: { conditions: ['kazasu-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
  },
});
