import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modules } from '../engine/modules/index.ts'
import { caseFiles, casesOf } from './support/cases.ts'
import { drive } from './support/drive.ts'
import { fakeHost } from './support/fake-host.ts'
import { fakeLocal } from './support/fake-local.ts'

/*
 * What is sent to a host must be understood by CentOS 6.5: a POSIX shell (dash, busybox, bash 4.1), coreutils 8.4,
 * util-linux-ng 2.17, tar 1.23. Words that came later, or that only bash knows; each with what stands in for it.
 */
const NEWER: Readonly<Record<string, RegExp>> = {
  'a test of bash': /(?<![:\w[])\[\[ /,
  'a here-string': /<<</,
  'a function of bash': /^\s*function \w+ *(?:\( *\))? *\{/m,
  'a word of bash': /^\s*(?:declare|typeset|mapfile|readarray|source|let) /m,
  'a redirection of bash': /&>/,
  'a letter case of bash 4': /\$\{\w+(?:,,|\^\^)/,
  'wait -n (bash 4.3)': /\bwait -n\b/,
  'echo -e': /\becho -e\b/,
  'realpath (coreutils 8.15)': /(?:^|[;&|(`]|\$\()\s*realpath /m,
  'df --output (coreutils 8.21)': /\bdf\b[^|;&]*--output/,
  'sync of a file system alone, without another way (coreutils 8.24)': /\bsync -[fd]\b(?![^\n]*\|\| sync\b)/,
  'findmnt (util-linux 2.18)': /(?:^|[;&|(`]|\$\()\s*findmnt\b/m,
  'lsblk (util-linux 2.19)': /(?:^|[;&|(`]|\$\()\s*lsblk\b/m,
  'runuser -u (util-linux 2.23)': /\brunuser -u\b/,
  'setpriv (util-linux 2.24)': /\bsetpriv\b/,
  'nsenter (util-linux 2.23)': /\bnsenter\b/,
  'setsid --wait (util-linux 2.24)': /\bsetsid (?:-w|--wait)\b/,
  'timeout of a moment (coreutils 8.13)': /\btimeout --(?:foreground|preserve-status)/,
  'tar --one-top-level (tar 1.28)': /--one-top-level/,
  'sort by entry of tar (tar 1.28)': /--sort=name/,
  'a pattern of Perl': /\bgrep -\w*P/,
  'ss (iproute2)': /(?:^|[;&|(`]|\$\()\s*ss -/m,
}
const newerIn = (script: string): string[] =>
  Object.entries(NEWER).flatMap(([what, word]) => (word.test(script) ? [what] : []))

/** Every script that a case of a module comes to; what a user wrote to be run is the user's. */
async function scriptsOf(name: string): Promise<string[]> {
  const found = await Promise.all(
    casesOf(`${name}.yaml`).map(async ({ args, host, local: canned }) => {
      const local = fakeLocal(canned)
      const driven = await drive(modules, name, args, fakeHost(host, local.bytes), local).catch(() => undefined)
      return (driven?.steps ?? []).flatMap((step) => (step.kind === 'run' ? [step.command.text] : []))
    }),
  )
  return found.flat()
}

/** The text of every sh`…` in a source. */
function shellIn(source: string): string {
  return [...source.matchAll(/\bsh`((?:[^`\\]|\\.)*)`/gs)].map(([, text]) => text).join('\n')
}

const root = join(import.meta.dirname, '..')
const questions = readdirSync(join(root, 'engine/host'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => [file, shellIn(readFileSync(join(root, 'engine/host', file), 'utf8'))] as const)
  .filter(([, shell]) => shell !== '')
const templates = ['kafka', 'zookeeper'].flatMap((role) => {
  const folder = join(root, 'roles', role, 'templates')
  return readdirSync(folder)
    .filter((file) => /^kplay-|\.init\.j2$/.test(file))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const)
})
const parsed = (shell: readonly string[], script: string): string =>
  spawnSync(shell[0] ?? 'sh', [...shell.slice(1), '-n'], { input: script }).stderr.toString()

describe('scripts', () => {
  test.each(
    caseFiles()
      .map((file) => file.replace('.yaml', ''))
      .filter((name) => !['command', 'shell'].includes(name)),
  )('of %s are for old hosts, too', async (name) => {
    const scripts = [...new Set(await scriptsOf(name))]
    expect(scripts.flatMap((script) => newerIn(script).map((what) => `${what}: ${script}`))).toEqual([])
    const [first = ''] = scripts
    // One shell reads them all, each in a function of its own.
    const all = scripts.map((script, index) => `step${index}() {\n${script}\n}`).join('\n')
    expect(parsed(['dash'], all) + parsed(['bash', '--posix'], all), first).toBe('')
  })

  test.each(questions)('of host/%s are for old hosts, too', (_, source) => {
    expect(newerIn(source)).toEqual([])
  })

  test.each(templates)('that start a service are, too: %s', (_, template) => {
    expect(newerIn(template)).toEqual([])
    const script = template.replace(/^\{%.*%\}\n/gm, '').replace(/\{\{.*?\}\}/g, 'value')
    expect(script).toMatch(/^#!\/bin\/sh\n/)
    expect(parsed(['dash'], script) + parsed(['bash', '--posix'], script)).toBe('')
  })

  test('the words are found where they stand', () => {
    expect(newerIn('if [[ $a ]]; then x=$(realpath "$b"); fi; sync -f /x')).toEqual([
      'a test of bash',
      'realpath (coreutils 8.15)',
      'sync of a file system alone, without another way (coreutils 8.24)',
    ])
    expect(newerIn('case $a in [[:space:]]*) sync -- /x ;; esac; real_path x')).toEqual([])
  })
})
