import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { resolveMode } from '../../engine/host/mode.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-mode-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const who = fc.subarray(['u', 'g', 'o', 'a'], { minLength: 1 }).map((letters) => letters.join(''))
const words = fc.oneof(
  fc.subarray(['r', 'w', 'x', 'X', 's', 't']).map((letters) => letters.join('')),
  fc.constantFrom('u', 'g', 'o'),
)
const clause = fc.tuple(who, fc.constantFrom('+', '-', '='), words).map((parts) => parts.join(''))
const symbolic = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(','))
const octal = fc.integer({ min: 0, max: 0o7777 }).map((bits) => bits.toString(8).padStart(4, '0'))

test('a symbolic mode means what chmod makes of it', () => {
  const cases = fc.sample(fc.tuple(symbolic, octal), 300)
  const script = `cd "$0" && while read -r mode now; do
    : >f && chmod "$now" f && chmod "$mode" f && stat -c %a f
  done`
  const found = execFileSync('sh', ['-c', script, folder], {
    input: cases.map(([mode, now]) => `${mode} ${now}\n`).join(''),
    encoding: 'utf8',
  })
  const expected = found
    .trim()
    .split('\n')
    .map((mode) => mode.padStart(4, '0'))
  expect(cases.map(([mode, now]) => resolveMode(mode, now, false))).toEqual(expected)
})

test('octal modes are given back with four digits', () => {
  expect(resolveMode('644', '0777', false)).toBe('0644')
  expect(resolveMode('2755', undefined, true)).toBe('2755')
})

test('what is not there counts as new', () => {
  expect(resolveMode('u+x', undefined, false)).toBe('0744')
  expect(resolveMode('g+w', 'unknown', true)).toBe('0775')
  expect(resolveMode('+w', '0444', false)).toBe('0644')
})
