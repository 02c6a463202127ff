import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { summaryTable } from '../engine/module/docs.ts'
import { modules } from '../engine/modules/index.ts'
import { controls } from '../engine/run/control/index.ts'

const path = join(import.meta.dirname, '../README.md')
const SECTION = /(<!-- modules:[^\n]*-->\n)[\s\S]*?(<!-- \/modules -->)/

test("README's table of modules is that of the definitions (npm run docs)", () => {
  const readme = readFileSync(path, 'utf8')
  const wanted = readme.replace(
    SECTION,
    (_, begin: string, end: string) =>
      `${begin}${summaryTable([...modules.values(), ...new Set(controls.values())])}\n${end}`,
  )
  if (process.env['UPDATE_DOCS']) writeFileSync(path, wanted)
  expect(readFileSync(path, 'utf8')).toBe(wanted)
})
