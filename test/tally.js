// Adds up the results of several vitest runs (files of its json reporter) in one plain line: `N passed, N failed`.
// A test file that could not be loaded counts as one failure. Exits with 1 when anything failed or nothing ran.
import { existsSync, readFileSync } from 'node:fs'

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const path of process.argv.slice(2).filter((name) => existsSync(name))) {
  for (const { status, assertionResults } of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    for (const test of assertionResults) counts[test.status in counts ? test.status : 'skipped']++
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) counts.failed++
  }
}
const { passed, failed, skipped } = counts
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
