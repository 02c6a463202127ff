import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPassword } from '../../engine/cli/passwords.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-passwords-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode })
  return path
}
const read = (file: string) => readPassword({ prompt: 'x: ', ask: true, file })

test('a file holds it, but for the end of its line; it wins over a question', async () => {
  expect(await read(write('plain', ' two words \r\n'))).toBe(' two words ')
})
test('a program prints it', async () => {
  expect(await read(write('program', '#!/bin/sh\necho secret\n', 0o700))).toBe('secret')
})
test('none is wished', async () => {
  expect(await readPassword({ prompt: 'x: ', ask: false })).toBeUndefined()
})
test('a file without one, and no file, are refused', async () => {
  await expect(read(write('empty', '\n'))).rejects.toThrow(`there is no password in ${folder}/empty`)
  await expect(read(join(folder, 'nowhere'))).rejects.toThrow(`cannot read a password from ${folder}/nowhere: ENOENT`)
})
