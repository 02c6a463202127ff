import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { controllerFiles } from '../../engine/controller/files.ts'
import { isProgram, runInventoryScripts } from '../../engine/controller/inventory-scripts.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-scripts-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const run = (...sources: readonly string[]) => runInventoryScripts(sources, controllerFiles())

test('a script is run once, and for each host that its list says nothing about', async () => {
  const log = join(folder, 'log')
  const path = file(
    'asks',
    `#!/bin/sh\necho "$*" >> ${log}\n[ "$1" = --host ] && echo "{\\"n\\": \\"$2\\"}" || echo '{"g": ["a", "b"]}'\n`,
  )
  const answers = await run(path, path)
  expect(answers.get(path)).toEqual({
    list: '{"g": ["a", "b"]}\n',
    hosts: new Map([
      ['a', '{"n": "a"}\n'],
      ['b', '{"n": "b"}\n'],
    ]),
  })
  expect(readFileSync(log, 'utf8').trim().split('\n').sort()).toEqual(['--host a', '--host b', '--list'])
})

test('scripts in a folder, but for what is ignored there', async () => {
  const inner = join(folder, 'inventory')
  mkdirSync(inner)
  const kept = file('inventory/10-cloud', '#!/bin/sh\necho "{}"\n')
  file('inventory/old.bak', '#!/bin/sh\nexit 1\n')
  file('inventory/hosts.ini', 'h\n')
  expect([...(await run(inner, 'a,b,')).keys()]).toEqual([kept])
})

test.each([
  ['#!/bin/sh\n', 0o755, true],
  ['\x7fELF', 0o755, true],
  ['#!/bin/sh\n', 0o644, false],
  ['[web]\nw1\n', 0o755, false],
  ['', 0o755, false],
])('%j with mode %i: %s', (text, mode, expected) => {
  expect(isProgram(file('some', text, mode))).toBe(expected)
})

test.each([
  ['#!/bin/sh\necho why >&2\nexit 3\n', 'COMMAND_FAILED', 'the inventory script failed with exit code 3: why'],
  ['#!/bin/sh\nkill -9 $$\n', 'COMMAND_FAILED', 'the inventory script failed with SIGKILL'],
  ['#!/nowhere/python\n', 'COMMAND_FAILED', 'the inventory script cannot be started: the interpreter'],
  ['#!/bin/sh\nprintf "\\377"\n', 'BAD_YAML', 'what the inventory script prints is no UTF-8 text'],
  ['#!/bin/sh\necho web1\n', 'BAD_YAML', 'what the inventory script prints is no JSON: web1'],
])('%j', async (text, code, message) => {
  const path = file('fails', text)
  const error: unknown = await run(path).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, place: { file: path } })
  expect((error as Error).message).toContain(message)
})
