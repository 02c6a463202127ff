import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ClearFiles } from '../../engine/controller/clear.ts'
import { seal } from '../../engine/vault/aes256.ts'
import { Keyring } from '../../engine/vault/keyring.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-clear-'))
afterAll(() => rmSync(folder, { recursive: true }))
const put = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const password = Buffer.from('p')
const keyring = new Keyring([{ id: 'default', password }])
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

test('what is encrypted lies in a file of its own that nobody else can read, once', async () => {
  const bytes = Buffer.from([0, 255, 1, 2])
  const sealed = put('sealed', seal(bytes, password))
  const files = new ClearFiles(keyring)
  const clear = await files.of(sealed)
  expect(readFileSync(clear)).toEqual(bytes)
  expect([mode(clear), mode(dirname(clear))]).toEqual(['600', '700'])
  expect(await files.of(sealed)).toBe(clear)
  rmSync(dirname(clear), { recursive: true })
})

test('everything else is what it is', async () => {
  const [plain, empty] = [put('plain', 'x'), put('empty', '')]
  const files = new ClearFiles(keyring)
  expect(await files.of(plain)).toBe(plain)
  expect(await files.of(empty)).toBe(empty)
  const sealed = put('sealed', seal(Buffer.from('x'), password))
  expect(await new ClearFiles(undefined).of(sealed)).toBe(sealed)
})

test('what cannot be opened is told with its path', async () => {
  const sealed = put('other', seal(Buffer.from('x'), Buffer.from('other')))
  await expect(new ClearFiles(keyring).of(sealed)).rejects.toMatchObject({ code: 'VAULT', place: { file: sealed } })
  await expect(new ClearFiles(keyring).of(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
