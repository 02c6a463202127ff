import { describe, expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { readInventory } from '../../engine/read/inventory/read.ts'
import { selectHosts, selectLimit, splitPattern } from '../../engine/read/patterns.ts'
import { memoryFiles } from './memory-files.ts'

const files = memoryFiles({
  '/hosts.yml': `
all:
  hosts: { z1: , a1: , 192.0.2.1: , "2001:db8::1": }
  children:
    kafka: { hosts: { t5: , t1: , t2: }, children: { sub: { hosts: { t9: , t1: } } } }
    zk: { hosts: { t2: , t1: , t7: } }
    empty:
`,
  '/retry': 't1\n# comment\n\nt5,t9\n',
})
const inventory = readInventory(['/hosts.yml'], files)
const place = { file: 'p.yml', line: 3, column: 10 }
const select = (pattern: string | string[], limit?: string): string[] =>
  selectHosts(pattern, inventory, { place, limit, files }).map(({ name }) => name)

function mistake(work: () => unknown): Pick<KplayError, 'code' | 'hint' | 'place'> {
  try {
    work()
  } catch (error) {
    if (error instanceof KplayError) return error
  }
  throw new Error('no error')
}

// Orders are those of ansible-core 2.19.
test.each([
  ['all', 'z1 a1 192.0.2.1 2001:db8::1 t5 t1 t2 t7 t9'],
  ['*', 'z1 a1 192.0.2.1 2001:db8::1 t5 t1 t2 t7 t9'],
  ['kafka', 't5 t1 t2 t9'],
  ['zk:kafka', 't2 t1 t7 t5 t9'],
  ['zk,kafka', 't2 t1 t7 t5 t9'],
  ['t*', 't5 t1 t2 t9 t7'],
  ['k*', 't5 t1 t2 t9'],
  ['kafka:&zk', 't1 t2'],
  ['all:!zk', 'z1 a1 192.0.2.1 2001:db8::1 t5 t9'],
  ['!zk', 'z1 a1 192.0.2.1 2001:db8::1 t5 t9'],
  ['!zk:kafka', 't5 t9'],
  ['kafka:!t5:&zk:!t2', 't1'],
  ['~(t|z)[12]', 'z1 t1 t2'],
  ['~t\\d', 't5 t1 t2 t9 t7'],
  ['kafka[0]', 't5'],
  ['kafka[-1]', 't9'],
  ['kafka[0:1]', 't5 t1'],
  ['kafka[1:]', 't1 t2 t9'],
  ['kafka[:1]', 't5 t1'],
  ['kafka[1:-2]', 't1 t2'],
  ['kafka[9]', ''],
  ['t*[0]', 't5'],
  ['192.0.*', '192.0.2.1'],
  ['2001:db8::1,z1', '2001:db8::1 z1'],
  ['t[5-7]', 't5 t7'],
  ['empty', ''],
  ['localhost', 'localhost'],
  ['127.0.0.1', 'localhost'],
  ['z1 a1', 'z1 a1'],
  [',,z1', 'z1'],
  [',', 'z1 a1 192.0.2.1 2001:db8::1 t5 t1 t2 t7 t9'],
  ['2001:db8::*', '2001:db8::1'],
  ['all,!2001:db8::1,!kafka,!zk', 'z1 a1 192.0.2.1'],
  ['t[!1-5]', 't7 t9'],
  ['kafka[7:9]', ''],
  ['~(?i)T5', 't5'],
  ['all:!nothing*', 'z1 a1 192.0.2.1 2001:db8::1 t5 t1 t2 t7 t9'],
])('%s', (pattern, expected) => {
  const order = (text: string): string[] => text.split(' ').filter((name) => name !== '')
  const found = select(pattern)
  // Of a glob that matches hosts and groups only the set is promised.
  if (pattern.startsWith('t') || pattern.startsWith('~')) expect(new Set(found)).toEqual(new Set(order(expected)))
  else expect(found).toEqual(order(expected))
})

test('a list of patterns is one union', () => {
  expect(select(['kafka', '!t5', 'z1'])).toEqual(['t1', 't2', 't9', 'z1'])
})

describe('--limit', () => {
  test('keeps the order of the play', () => {
    expect(select('kafka', 't9,t1')).toEqual(['t1', 't9'])
    expect(select('kafka', '@/retry')).toEqual(['t5', 't1', 't9'])
    expect(select('zk', 'kafka:!t2')).toEqual(['t1'])
  })
  test('a misspelt name, a file that is missing, nothing left', () => {
    expect(mistake(() => selectLimit('t1,kafk', inventory))).toMatchObject({
      code: 'BAD_OPTIONS',
      hint: 'did you mean kafka?',
      place: { file: '--limit' },
    })
    expect(mistake(() => selectLimit('@/none', inventory, files)).code).toBe('NOT_FOUND')
    expect(mistake(() => selectLimit('kafka:!kafka', inventory)).code).toBe('BAD_OPTIONS')
  })
})

test.each([
  ['kafk', 'did you mean kafka?'],
  ['all:!zkk', 'did you mean zk?'],
  ['kafka:&t99', 'did you mean t9?'],
  ['locahost', 'did you mean localhost?'],
  ['nothing*', undefined],
  ['~nothing', undefined],
])('%s is nothing', (pattern, hint) => {
  const error = mistake(() => select(pattern))
  expect(error).toMatchObject({ code: 'BAD_OPTIONS', place })
  if (hint) expect(error.hint).toBe(hint)
})

test('a bad regular expression', () => {
  expect(mistake(() => select('~('))).toMatchObject({ code: 'BAD_OPTIONS', place })
})

test.each([
  ['a:b,c', ['a', 'b', 'c']],
  ['g[0:2]:!x', ['g[0:2]', '!x']],
  ['::1', ['::1']],
  ['!2001:db8::1', ['!2001:db8::1']],
  [' a , b ', ['a', 'b']],
])('%s is split', (pattern, parts) => {
  expect(splitPattern(pattern)).toEqual(parts)
})
