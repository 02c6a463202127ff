import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pythonHere } from '../../engine/controller/python.ts'
import { temporaryFolder } from '../support/local-session.ts'

test('the first python3 of the PATH that can be started', () => {
  const folder = temporaryFolder()
  const paths = ['plain', 'first', 'second'].map((name) => join(folder, name))
  for (const path of paths) {
    mkdirSync(path)
    writeFileSync(join(path, 'python3'), '', { mode: path.endsWith('plain') ? 0o644 : 0o755 })
  }
  expect(pythonHere(`.:${folder}:${paths.join(':')}`)).toBe(`${folder}/first/python3`)
  expect(pythonHere('')).toBe('/usr/bin/python3')
})
