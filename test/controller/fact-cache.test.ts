import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFactCache } from '../../engine/controller/fact-cache.ts'
import type { FactCache } from '../../engine/run/known-facts.ts'
import { Float, type Value } from '../../engine/value.ts'

let root = ''
const warnings: string[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kplay-facts-'))
  warnings.length = 0
})
afterEach(() => rmSync(root, { recursive: true }))

const open = (options: { prefix?: string; timeout?: number; folder?: string } = {}): FactCache =>
  openFactCache({ folder: root, prefix: '', timeout: 0, warn: (message) => warnings.push(message), ...options })

const FACTS = new Map<string, Value>([
  ['ansible_system', 'Linux'],
  ['big', 9007199254740993n],
  ['share', new Float(1)],
  ['hostile', '{{ 1 }}'],
])

it('what was written is read again, numbers exactly', () => {
  open().write('h1', FACTS)
  expect(open().read('h1')).toEqual(FACTS)
  expect(open().read('h2')).toBeUndefined()
})

it("the layout is Ansible's, for the owner only, and nothing is left beside it", () => {
  open({ folder: join(root, 'deep/er'), prefix: 'p_' }).write('h1', FACTS)
  const path = join(root, 'deep/er/p_s1_h1')
  expect(readdirSync(join(root, 'deep/er'))).toEqual(['p_s1_h1'])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const { __payload__: payload } = JSON.parse(readFileSync(path, 'utf8')) as { __payload__: string }
  expect(payload).toBe('{"ansible_system": "Linux", "big": 9007199254740993, "share": 1.0, "hostile": "{{ 1 }}"}')
})

describe('files of ansible-core are read', () => {
  const payload = (inner: unknown): string => JSON.stringify({ __payload__: JSON.stringify(inner) })
  const tagged = (value: unknown): object => ({
    value,
    tags: [{ __ansible_type: 'TrustedAsTemplate' }],
    __ansible_type: '_AnsibleTaggedStr',
  })

  it.each<[string, string, string, Value]>([
    ['before 2.19', 'h1', '{\n    "fact": {"a": [1]}\n}', new Map([['a', [1]]])],
    ['since then', 's1_h1', payload({ fact: 'x' }), 'x'],
    [
      'with tags, deep inside too',
      's1_h1',
      payload({ fact: tagged([tagged('x'), { y: tagged(1) }]) }),
      ['x', new Map([['y', 1]])],
    ],
    ['a dict that only looks alike', 's1_h1', payload({ fact: { value: 1 } }), new Map([['value', 1]])],
  ])('%s', (_, name, text, want) => {
    writeFileSync(join(root, name), text)
    expect(open().read('h1')?.get('fact')).toEqual(want)
  })

  it('of both generations the newer file', () => {
    writeFileSync(join(root, 'h1'), '{"fact": "old"}')
    writeFileSync(join(root, 's1_h1'), payload({ fact: 'new' }))
    utimesSync(join(root, 'h1'), 1, 1)
    expect(open().read('h1')?.get('fact')).toBe('new')
    utimesSync(join(root, 's1_h1'), 0, 0)
    expect(open().read('h1')?.get('fact')).toBe('old')
  })
})

it('facts that are too old are none', () => {
  open().write('h1', FACTS)
  const hour = Date.now() / 1000 - 3600
  utimesSync(join(root, 's1_h1'), hour, hour)
  expect(open({ timeout: 3599 }).read('h1')).toBeUndefined()
  expect(open({ timeout: 3700 }).read('h1')).toEqual(FACTS)
})

it('forget takes both files away', () => {
  open().write('h1', FACTS)
  writeFileSync(join(root, 'h1'), '{}')
  open().forget('h1')
  expect(readdirSync(root)).toEqual([])
})

it('a name that is no file name leads nowhere else', () => {
  open().write('../h1', FACTS)
  expect(open().read('../h1')).toEqual(FACTS)
  expect(readdirSync(root)).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)])
})

it.each(['no json', '[1]', '{"__payload__": "{"}'])('a damaged file (%s) is told of and is none', (text) => {
  writeFileSync(join(root, 's1_h1'), text)
  expect(open().read('h1')).toBeUndefined()
  expect(warnings).toEqual([expect.stringContaining('s1_h1 cannot be read')])
})

it('a folder that cannot be written to is told of', () => {
  writeFileSync(join(root, 'file'), '')
  open({ folder: join(root, 'file') }).write('h1', FACTS)
  expect(warnings).toEqual([expect.stringContaining('facts cannot be kept in')])
})
