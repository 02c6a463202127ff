import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Problems } from '../../engine/errors.ts'
import { rawOf } from '../../engine/read/nodes.ts'
import { readYaml } from '../../engine/read/yaml.ts'
import { Encrypted, Float, Template, type Raw } from '../../engine/value.ts'

interface Row {
  readonly text: string
  readonly type: 'null' | 'bool' | 'int' | 'float' | 'str' | 'date'
  readonly value?: string | boolean
}

function read(text: string): Raw {
  const problems = new Problems()
  const node = readYaml(text, 'f.yml', problems)
  problems.throwIfAny()
  if (!node) throw new Error('nothing read')
  return rawOf(node)
}

/** Warnings as `line:column message`. */
function warnings(text: string): string[] {
  const told: string[] = []
  const problems = new Problems((message, place) => told.push(`${place?.line}:${place?.column} ${message}`))
  readYaml(text, 'f.yml', problems)
  problems.throwIfAny()
  return told
}

/** Mistakes as `line:column message`. */
function mistakes(text: string): string[] {
  const problems = new Problems()
  readYaml(text, 'f.yml', problems)
  expect(problems.list.every(({ code, place }) => code === 'BAD_YAML' && place?.file === 'f.yml')).toBe(true)
  return problems.list.map(({ message, place }) => `${place?.line}:${place?.column} ${message}`)
}

const hints = (text: string): (string | undefined)[] => {
  const problems = new Problems()
  readYaml(text, 'f.yml', problems)
  return problems.list.map(({ hint }) => hint)
}

const value = (text: string): Raw => {
  const map = read(text)
  return map instanceof Map ? ((map as ReadonlyMap<string, Raw>).get('k') ?? null) : map
}

describe('plain scalars are what PyYAML makes of them', () => {
  const rows = JSON.parse(readFileSync(new URL('scalars.json', import.meta.url), 'utf8')) as Row[]

  const described = (raw: Raw): Omit<Row, 'text'> => {
    if (raw === null) return { type: 'null' }
    if (typeof raw === 'boolean') return { type: 'bool', value: raw }
    if (typeof raw === 'number' || typeof raw === 'bigint') return { type: 'int', value: String(raw) }
    if (raw instanceof Float) return { type: 'float', value: String(raw.value) }
    return { type: 'str', value: raw as string }
  }
  /** Python's spelling of floats, brought to JavaScript's. */
  const expected = ({ type, value }: Row): Omit<Row, 'text'> => {
    if (type === 'date') return { type: 'str', value: value ?? '' }
    if (type !== 'float') return value === undefined ? { type } : { type, value }
    const special = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' }[String(value)]
    return { type, value: special ?? String(Number(value)) }
  }

  test('row by row', () => {
    const differing = rows.filter((row) => {
      const actual = described(value(`k: ${row.text}`))
      return JSON.stringify(actual) !== JSON.stringify(expected(row))
    })
    expect(rows.length).toBeGreaterThan(500)
    expect(differing.map((row) => [row, described(value(`k: ${row.text}`))])).toEqual([])
  })
})

describe('scalars', () => {
  test('quoted and block text is text', () => {
    expect(read('k: ["0644", \'yes\', "", !!str 12]')).toEqual(new Map([['k', ['0644', 'yes', '', '12']]]))
    expect(value('k: |\n  yes\n')).toBe('yes\n')
  })
  test('keys keep their type, y stays text', () => {
    expect([...(read('{2: a, yes: b, y: c, null: d}') as Map<unknown, unknown>).keys()]).toEqual([2, true, 'y', null])
  })
  test('tags', () => {
    expect(read('[!!int "0x10", !!float "3", !!bool "no", !!null "x"]')).toEqual([16, new Float(3), false, null])
    expect(mistakes('k: !!int x')).toEqual(['1:4 this is no int'])
    expect(mistakes('k: &a !foo x')).toEqual(['1:4 the tag !foo is not known here'])
    expect(mistakes('k: !!python/object:os.system x')[0]).toMatch(/the tag !!python/)
  })
  test('!vault is text that knows where its tag stands', () => {
    const text = 'k:\n  - !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n'
    const encrypted = new Encrypted('$ANSIBLE_VAULT;1.1;AES256\n6162\n', { file: 'f.yml', line: 2, column: 5 })
    expect(value(text)).toEqual([encrypted])
    expect(value(text.replace('!vault', '!vault-encrypted'))).toEqual([encrypted])
    expect(warnings(text.replace('!vault', '!vault-encrypted'))).toEqual([
      '2:5 !vault-encrypted is an old name: write !vault',
    ])
  })
  test('JSON files read numbers as JSON', () => {
    expect(read('{\n\t"a": 1e3,\n\t"b": [012345, 1]\n}'.replace('012345', '12345'))).toEqual(
      new Map<string, Raw>([
        ['a', new Float(1000)],
        ['b', [12345, 1]],
      ]),
    )
  })
})

describe('templates', () => {
  const place = (raw: Raw): string => (raw instanceof Template ? `${raw.place?.line}:${raw.place?.column}` : 'data')

  test.each([
    ['k: a {{ x }}', '1:4'],
    ['k: "{{ x }}"', '1:5'],
    ['k: |\n\n    {{ x }}\n    y\n', '2:5'],
    ['k: >-\n  {% if x %}\n', '2:3'],
    ['k: "{# c #}"', '1:5'],
    ['k: !unsafe "{{ x }}"', 'data'],
    ['k: "{ { x"', 'data'],
  ])('%j starts at %s', (text, start) => {
    expect(place(value(text))).toBe(start)
  })
  test('!unsafe reaches into lists and maps', () => {
    expect(value('k: !unsafe {a: ["{{ x }}"]}')).toEqual(new Map([['a', ['{{ x }}']]]))
  })
})

describe('anchors and merge keys', () => {
  test('aliases and merging', () => {
    expect(read('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a')).toEqual(
      new Map([
        [
          'a',
          new Map([
            ['x', 1],
            ['y', 2],
          ]),
        ],
        [
          'b',
          new Map([
            ['x', 1],
            ['y', 3],
          ]),
        ],
        [
          'c',
          new Map([
            ['x', 1],
            ['y', 2],
          ]),
        ],
      ]),
    )
  })
  test('of several merged maps the first wins; a quoted << is a key', () => {
    expect(value('a: &a {x: 1}\nb: &b {x: 2, z: 3}\nk: {<<: [*a, *b]}')).toEqual(
      new Map([
        ['x', 1],
        ['z', 3],
      ]),
    )
    expect(value('k: {"<<": 1}')).toEqual(new Map([['<<', 1]]))
    expect(mistakes('k: {<<: 1}')).toEqual(['1:9 << merges a map or a list of maps'])
  })
  test('unknown, endless and exploding aliases', () => {
    expect(mistakes('k: *x')[0]).toMatch(/^1:4 .*\*?x/i)
    expect(mistakes('k: &x [*x]')).toEqual(['1:8 the alias *x contains itself'])
    const bomb = [...'abcdefgh'].reduce(
      (text, name, index, names) => `${text}\n${name}: &${name} [${`*${names[index - 1] ?? 'z'}, `.repeat(10)}]`,
      'z: &z [1,2,3,4,5,6,7,8,9]',
    )
    expect(mistakes(bomb)[0]).toMatch(/larger than/)
  })
})

describe('a key that is given twice', () => {
  test('the last one counts, and a warning says so', () => {
    expect(read('a: 1\nb: 2\na: 3\n')).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    )
    expect(warnings('a: 1\nb: 2\na: 3\n')).toEqual([
      '3:1 the key a is given twice, also in line 1, column 1: the last one counts',
    ])
  })
  test('python takes 1 and true for one key', () => {
    expect(warnings('{1: a, yes: b}')[0]).toMatch(/^1:8 the key yes is given twice/)
  })
  test('a key over one that is merged is no mistake', () => {
    expect(warnings('a: &a {x: 1}\nb: {<<: *a, x: 2}')).toEqual([])
  })
})

describe('collections with a tag', () => {
  test.each([
    ['!!set {a, b: }', ['a', 'b']],
    [
      '!!omap [a: 1, b: 2]',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      '!!pairs [a: 1, a: 2]',
      [
        ['a', 1],
        ['a', 2],
      ],
    ],
    ['!!seq [a]', ['a']],
    ['!!binary aGVs\n  bG8=', 'hello'],
    ['!!timestamp 2001-12-14', '2001-12-14'],
  ])('%j', (text, expected) => {
    expect(value(`k: ${text}`)).toEqual(expected)
  })
  test.each([
    ['k: !!set [a]', '1:4 a list is no set'],
    ['k: !!int {a: 1}', '1:4 a map is no int'],
    ['k: !vault [a]', '1:4 !vault stands before encrypted text, not before a list'],
    ['k: !!binary x%', '1:4 this is no base64 of UTF-8 text'],
  ])('%j is a mistake', (text, expected) => {
    expect(mistakes(text)).toContain(expected)
  })
})

describe('mistakes', () => {
  test.each([
    ['a: {{ x }}\nb: 1\n', ['1:4 a value that starts with {{ must be quoted']],
    [
      'a: {{ x }}/bin\nb: {{ y }}\n',
      ['1:4 a value that starts with {{ must be quoted', '2:4 a value that starts with {{ must be quoted'],
    ],
    ['- {{ x }}\n', ['1:3 a value that starts with {{ must be quoted']],
    ['a:\n\t- b\n', ['2:1 a tab cannot indent YAML']],
    ['a: "x \\"y\nb: z\n', ['1:4 this quote is never closed']],
    ["a: it's\nb: 'it''s\nc: d\n", ['2:4 this quote is never closed']],
    ['a: 1\n---\nb: 2\n', ['2:1 the file holds several documents: only one is read']],
    ['a: b: c\n', ['1:4 a second "key: value" on the same line, or a wrong indentation']],
    ['? [a]\n: b\n', ['1:3 a key must be text or a number']],
  ])('%#: %j', (text, expected) => {
    expect(mistakes(text)).toEqual(expected)
  })
  test('the hint says how to quote', () => {
    expect(hints('a: {{ x }}/bin\n')).toEqual(['write "{{ x }}/bin"'])
    expect(hints('a: {{ x }}\n')).toEqual(['write "{{ x }}"'])
    expect(hints('- name: {{ x["y"] }} z\n')).toEqual([`write '{{ x["y"] }} z'`])
  })
  test('several at once', () => {
    expect(mistakes('a: @x\nb: 1\nc: `y`\n')).toHaveLength(2)
    expect(mistakes('a: !foo 1\nb: 2\nb: 3\nc: *nope\n').length).toBeGreaterThanOrEqual(1)
  })
  test('nesting without end', () => {
    expect(mistakes('['.repeat(20_000)).join()).toMatch(/nested too deeply$/)
  })
  test('empty files and a byte order mark', () => {
    expect(read('')).toBe(null)
    expect(read('# nothing\n')).toBe(null)
    expect(read('\uFEFFk: 1')).toEqual(new Map([['k', 1]]))
  })
})
