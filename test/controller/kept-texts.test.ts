import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeptTexts } from '../../engine/controller/kept-texts.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kplay-texts-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a text is there again, for its key and its owner alone', () => {
  const texts = new KeptTexts(join(folder, 'new'))
  expect(texts.get('a')).toBeUndefined()
  texts.keep('a', 'said')
  expect(new KeptTexts(join(folder, 'new')).get('a')).toBe('said')
  expect(texts.get('b')).toBeUndefined()
  const path = join(folder, 'new', readdirSync(join(folder, 'new'))[0] ?? '')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  chmodSync(path, 0o662)
  expect(texts.get('a')).toBeUndefined()
})

test('a folder that cannot be made is done without', () => {
  writeFileSync(join(folder, 'file'), '')
  const texts = new KeptTexts(join(folder, 'file'))
  texts.keep('a', 'said')
  expect(texts.get('a')).toBeUndefined()
})
