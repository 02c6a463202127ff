import { expect, test } from 'vitest'
import { judging, Problems } from '../../engine/errors.ts'
import { readYaml } from '../../engine/read/yaml.ts'

test.each([
  ['warn', ['the key a is given twice'], []],
  [undefined, ['the key a is given twice'], []],
  ['error', [], ['the key a is given twice']],
  ['ignore', [], []],
] as const)('a key given twice: %s', (duplicates, warned, refused) => {
  const warnings: string[] = []
  const problems = new Problems(judging((message) => warnings.push(message), duplicates))
  const node = readYaml('a: 1\nb: 2\na: 3\n', '/x.yml', problems)
  const told = (all: readonly string[]): string[] => all.map((text) => text.split(',')[0] ?? '')
  expect(told(warnings)).toEqual(warned)
  expect(told(problems.list.map(({ message }) => message))).toEqual(refused)
  expect(node?.kind === 'map' && node.entries.map(({ key }) => key)).toEqual(['a', 'b'])
})
