import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** `unit` needs neither network nor root and ends in seconds; `lab` boots real hosts and runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: 'test/support/seed.ts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/mirror/**'],
          testTimeout: 20_000,
          // The longest files mostly wait for other processes. None leaves anything behind that another could see.
          isolate: false,
          maxConcurrency: 30,
          maxWorkers: Math.max(4, availableParallelism()),
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/mirror/**/*.test.ts'],
          globalSetup: 'test/lab/support/teardown.ts',
          fileParallelism: false,
          // A test that hangs must not eat the time of all others; on a loaded machine one more try is fair.
          retry: 1,
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
