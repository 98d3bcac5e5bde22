import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // The packages are tested from their sources, never from a stale build.
  resolve: {
    alias: [
      { find: /^@factotum\/postgres\/testing$/, replacement: from('packages/postgres/src/testing/index.ts') },
      { find: /^@factotum\/postgres$/, replacement: from('packages/postgres/src/index.ts') },
      { find: /^@factotum\/jobs\/migrations$/, replacement: from('packages/jobs/src/migrations.ts') },
      { find: /^@factotum\/jobs\/testing$/, replacement: from('packages/jobs/src/testing/index.ts') },
      { find: /^@factotum\/jobs$/, replacement: from('packages/jobs/src/index.ts') },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    globalSetup: [from('packages/postgres/src/testing/test-server.ts')],
    pool: 'forks',
    // Most files wait for a database or a child process; vitest would leave a core of a small machine idle. One more than
    // cores gained nothing, and made each test slower.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A condition that holds on a quiet machine within a second may take longer on a busy one.
    expect: { poll: { timeout: 20_000, interval: 50 } },
    include: [
      'packages/*/test/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'app/src/**/*.test.{ts,tsx}',
      'app/test/**/*.test.ts',
    ],
  },
})
