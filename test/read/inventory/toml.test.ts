import { expect, test } from 'vitest'
import { Float, Template } from '../../../engine/value.ts'
import { mistakes, names, read, vars } from './reading.ts'

const toml = (text: string) => read({ '/hosts.toml': text })

test('groups, hosts and variables', () => {
  const inventory = toml(
    '[all.vars]\nf = 1.0\nt = "{{ f }}"\n[web]\nchildren = ["in"]\nvars = { p = 80 }\n[web.hosts]\n"h[1:2]" = {}\n[in.hosts.h3]\nl = [1, "a"]',
  )
  expect(names(inventory, 'web')).toEqual(['h1', 'h2', 'h3'])
  expect(vars(inventory, 'h3')).toMatchObject({ p: 80, f: new Float(1), l: [1, 'a'] })
  expect(vars(inventory, 'h1')['t']).toBeInstanceOf(Template)
})

test.each([
  ['[web', 'BAD_YAML 1:2 this is no TOML: '],
  ['web = 1', 'BAD_YAML 1:1 the group web is a map, not int'],
  ['[web]\nhots = {}', 'BAD_YAML 1:1 unknown key hots in the group web'],
  ['[web]\nchildren = "a"', 'BAD_YAML 1:1 children of web is a list of names, not str'],
])('%j', (text, expected) => {
  const [mistake, ...others] = mistakes(() => toml(text))
  expect(mistake?.slice(0, expected.length)).toBe(expected)
  expect(others).toEqual([])
})
