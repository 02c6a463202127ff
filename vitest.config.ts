import { defineConfig } from 'vitest/config'

/** `unit` needs neither network nor root and ends in seconds; `lab` boots real hosts and runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/mirror/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/mirror/**/*.test.ts'],
          globalSetup: 'test/lab/support/teardown.ts',
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
