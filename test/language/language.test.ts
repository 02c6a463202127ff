import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readCases } from './cases.ts'
import { mistakesOf } from './judge.ts'
import { runHere } from './run-here.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kplay-language-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const cases = readCases(import.meta.dirname).map((one) => [`${one.area}/${one.name}`, one] as const)

test.each(cases)('%s', async (_, one) => {
  const ended = await runHere(one, mkdtempSync(join(scratch, 'case-')))
  expect(mistakesOf(one, ended, true), ended.output).toEqual([])
})
