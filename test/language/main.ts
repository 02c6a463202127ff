import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import pLimit from 'p-limit'
import { readCases, type LanguageCase } from './cases.ts'
import { mistakesOf } from './judge.ts'
import { runThere } from './run-there.ts'

const OURS = [process.execPath, join(import.meta.dirname, '../../engine/cli/main.js'), 'run']

interface Flags {
  readonly with?: string
  readonly verbose?: true
}

async function runCases(paths: readonly string[], { with: other, verbose }: Flags): Promise<void> {
  const ours = other === undefined || /kplay|launch\.js$/.test(basename(other))
  const program = other === undefined ? OURS : ours ? [other, 'run'] : [other]
  const cases = (paths.length > 0 ? paths : ['test/language']).flatMap(readCases)
  const scratch = mkdtempSync(join(tmpdir(), 'kplay-language-'))
  const limit = pLimit(availableParallelism())
  const counts = { passed: 0, failed: 0, skipped: 0 }

  async function judge(one: LanguageCase): Promise<void> {
    const title = `${one.area}/${one.name}`
    if (!ours && one.differs !== undefined) {
      counts.skipped++
      return console.log(`skip  ${title}: ${one.differs}`)
    }
    const ended = await runThere(one, mkdtempSync(join(scratch, 'case-')), program)
    const mistakes = mistakesOf(one, ended, ours)
    counts[mistakes.length > 0 ? 'failed' : 'passed']++
    console.log(`${mistakes.length > 0 ? 'FAIL' : 'pass'}  ${[title, ...mistakes].join('\n      ')}`)
    if (mistakes.length > 0 && verbose) console.log(ended.output.replace(/^/gm, '      | '))
  }

  await Promise.all(cases.map((one) => limit(judge, one)))
  rmSync(scratch, { recursive: true })
  const { passed, failed, skipped } = counts
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 || cases.length === 0 ? 1 : 0
}

await new Command('language')
  .description('runs playbooks and tells which of them end as their headers say (without one: with success)')
  .argument('[path...]', 'a playbook, a folder of playbooks or of such folders (default test/language)')
  .option('--with <program>', "another program with ansible-playbook's flags; what differs on purpose is left out")
  .option('--verbose', 'show what the failing ones said')
  .action(runCases)
  .parseAsync()
