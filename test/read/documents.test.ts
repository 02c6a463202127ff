import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Problems } from '../../engine/errors.ts'
import { dataOf } from '../../engine/read/nodes.ts'
import { readYaml } from '../../engine/read/yaml.ts'
import { Float, isDict, type Value } from '../../engine/value.ts'

interface Row {
  readonly text: string
  /** As PyYAML has it; undefined: PyYAML refuses the text. */
  readonly value?: unknown
  readonly refused?: true
}
const rows = JSON.parse(readFileSync(new URL('documents.json', import.meta.url), 'utf8')) as readonly Row[]

/** Rows that are read although PyYAML refuses them, or the other way round, and why that is so. */
const DIFFERS: Readonly<Record<string, string>> = {
  '- a\n-\tb\n': 'a tab behind a dash is a blank to YAML 1.2',
}

function described(value: Value): unknown {
  if (isDict(value)) return { dict: Array.from(value, ([key, item]) => [described(key), described(item)]) }
  if (Array.isArray(value)) return value.map((item: Value) => described(item))
  if (value instanceof Float) return { float: value.value }
  return typeof value === 'number' || typeof value === 'bigint' ? { int: String(value) } : value
}

/** Python's spelling of floats, brought to JavaScript's. */
const expected = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, item: unknown) => (key === 'float' ? Number(item) : item))

test('the list of differences names rows', () => {
  expect(Object.keys(DIFFERS).filter((text) => !rows.some((row) => row.text === text))).toEqual([])
})

test.each(rows.filter(({ text }) => !Object.hasOwn(DIFFERS, text)))('$text', ({ text, value, refused }) => {
  const problems = new Problems()
  const node = readYaml(text, 'f.yml', problems)
  const found = node && problems.list.length === 0 ? described(dataOf(node)) : 'refused'
  expect(found).toEqual(refused ? 'refused' : expected(value))
})
