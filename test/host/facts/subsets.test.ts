import { expect, test } from 'vitest'
import { chooseFacts } from '../../../engine/host/facts/subsets.ts'

const parts = { min: { m: 1 }, hardware: { h: 1 }, network: { n: 1 }, virtual: { v: 1 } }

test.each([
  [undefined, 'mhnv'],
  [['all'], 'mhnv'],
  [['!all'], 'm'],
  [['!all', '!min'], ''],
  [['network'], 'mn'],
  [['!all', 'network', 'virtual'], 'mnv'],
  [['!hardware'], 'mnv'],
  [['all', '!network'], 'mhv'],
  [['!all', '!min', 'hardware'], 'h'],
  [['!all', 'distribution'], 'm'],
  [['memory'], 'mh'],
  [['min', '!nonsense'], 'm'],
  [['virtualization_tech_host'], 'mv'],
])('gather_subset %j gives %s', (subsets, expected) => {
  const { gather_subset: told, module_setup: setup, ...facts } = chooseFacts(parts, subsets)
  expect(Object.keys(facts).join('')).toBe(expected)
  expect([told, setup]).toEqual([subsets ?? ['all'], true])
})

test('a subset that there is not is told of', () => {
  expect(() => chooseFacts(parts, ['min', 'nonsense'])).toThrow("Bad subset 'nonsense' given to Ansible")
})
