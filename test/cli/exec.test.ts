import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-exec-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(
  join(folder, 'hosts.yml'),
  'all: { vars: { ansible_connection: local, greeting: hello }, hosts: { alpha: , beta: } }',
)
const exec = (...words: readonly string[]) => commandLine(['exec', '-i', 'hosts.yml', ...words], { folder })

test('a command is the usual module; its output stands below the host', async () => {
  const { exit, stdout } = await exec('alpha', '-a', 'echo {{ greeting }}')
  expect(stdout).toBe('alpha | CHANGED | rc=0 >>\nhello\n')
  expect(exit).toBe(0)
})
test('stdout and stderr of a command that failed', async () => {
  const { exit, stdout } = await exec('alpha', '-m', 'shell', '-a', 'echo a; echo b >&2; exit 3')
  expect(stdout).toBe('alpha | FAILED | rc=3 >>\na\nb\n')
  expect(exit).toBe(2)
})
test('one line each', async () => {
  const { stdout } = await exec('all', '-o', '-m', 'shell', '-a', 'echo a; echo b; echo c >&2')
  expect(stdout.trim().split('\n').sort()).toEqual([
    'alpha | CHANGED | rc=0 | (stdout) a\\nb (stderr) c',
    'beta | CHANGED | rc=0 | (stdout) a\\nb (stderr) c',
  ])
})
test('other modules answer in JSON, also into files of a folder', async () => {
  const { stdout } = await exec('alpha', '-m', 'ansible.builtin.ping', '-t', 'tree')
  expect(stdout).toBe('alpha | SUCCESS => {\n    "changed": false,\n    "ping": "pong"\n}\n')
  expect(readFileSync(join(folder, 'tree/alpha'), 'utf8')).toBe('{"changed":false,"ping":"pong"}\n')
})
test('the pattern and the module may be templates', async () => {
  const { stdout } = await exec('{{ where }}', '-m', '{{ what }}', '-e', 'where=alpha what=ping')
  expect(stdout).toBe('alpha | SUCCESS => {\n    "changed": false,\n    "ping": "pong"\n}\n')
})
test('arguments are words, or JSON; a dry run shows what would change', async () => {
  const json = JSON.stringify({ dest: `${folder}/made`, content: 'x y\n' })
  for (const args of [json, `dest=${folder}/made content='x y\n'`]) {
    const { stdout } = await exec('alpha', '-m', 'copy', '-a', args, '-CD')
    expect(stdout).toMatch(/^alpha \| WOULD CHANGE => \{/)
    expect(stdout).toContain('+x y\n')
  }
})
test('--list-hosts needs nothing to run', async () => {
  expect((await exec('all:!beta', '--list-hosts')).stdout).toBe('  hosts (1):\n    alpha\n')
})
test.each<[readonly string[], string]>([
  [['alpha'], 'command needs something to run'],
  [['alpha', '-m', 'copy', '-a', 'zork=1'], '  4 |   - copy: "zork=1"\n    |            ^'],
  [['alpha', '-m', 'x: {}'], '"x: {}" is no module'],
  [['nobody', '-m', 'ping'], 'nobody'],
  [['alpha', '-m', 'ping', '--onel'], "unknown option '--onel'"],
])('%j is refused', async (words, why) => {
  const { exit, stdout, stderr } = await exec(...words)
  expect(stderr).toContain(why)
  expect(stdout).toBe('')
  expect(exit).toBe(4)
})
