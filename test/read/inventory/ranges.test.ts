import { describe, expect, test } from 'vitest'
import { mistakes, yaml } from './reading.ts'

describe('ranges', () => {
  test.each([
    ['db[01:10:3].x', ['db01.x', 'db04.x', 'db07.x', 'db10.x']],
    ['[a:d:2]', ['a', 'c']],
    ['[y:B]', ['y', 'z', 'A', 'B']],
    ['r[1:2]h[a:b]', ['r1ha', 'r1hb', 'r2ha', 'r2hb']],
    ['[:2]', ['0', '1', '2']],
    ['[8:11]', ['8', '9', '10', '11']],
    ['2001:db8::1', ['2001:db8::1']],
    ['[2001:db8::1]', ['2001:db8::1']],
    ['[2001:db8::1]:22', ['2001:db8::1']],
    ['fe80::[1:3]', ['fe80::1', 'fe80::2', 'fe80::3']],
    ['10.0.[0:1].1:22', ['10.0.0.1', '10.0.1.1']],
    ['n[098:101]', ['n098', 'n099', 'n100', 'n101']],
  ])('%s', (written, expected) => {
    expect([...yaml(`g: { hosts: { ${JSON.stringify(written)}: } }`).hosts.keys()]).toEqual(expected)
  })
  test.each(['[1-3]', '[1:2:0]', '[1:]', '[01:100]', '[a:1]', '[x:a]', '[1:999999]'])('%s is refused', (written) => {
    expect(mistakes(() => yaml(`g: { hosts: { "h${written}": } }`))[0]).toMatch(/^BAD_YAML 1:15 the host range/)
  })
})
