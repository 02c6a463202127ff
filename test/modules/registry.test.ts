import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { modules } from '../../engine/modules/index.ts'
import { caseFiles } from '../support/cases.ts'

const folder = new URL('../../engine/modules/', import.meta.url)
/** Files that begin with an underscore are helpers. */
const files = readdirSync(folder).filter((file) => !file.startsWith('_') && file !== 'index.ts')

test('every file in engine/modules is registered under its name, and nothing else is', () => {
  expect([...modules.keys()].sort()).toEqual(files.map((file) => file.replace('.ts', '')).sort())
})

test('every file of cases belongs to a module', () => {
  for (const file of caseFiles()) expect(modules.has(file.replace('.yaml', '')), file).toBe(true)
})
