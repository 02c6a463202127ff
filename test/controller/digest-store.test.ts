import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DigestStore } from '../../engine/controller/digest-store.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kplay-digests-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const digest = { stamp: '1 2 3', hex: 'abc0' }

test('what one run has found out the next one knows, machine by machine', () => {
  const store = new DigestStore(join(folder, 'new'))
  store.of('root@a:22').keep('/x', 'sha256', digest)
  store.save()
  const next = new DigestStore(join(folder, 'new'))
  expect(next.of('root@a:22').get('/x', 'sha256')).toEqual(digest)
  expect(next.of('root@a:22').get('/x', 'md5')).toBeUndefined()
  expect(next.of('root@b:22').get('/x', 'sha256')).toBeUndefined()
  const [name = ''] = readdirSync(join(folder, 'new'))
  expect(statSync(join(folder, 'new', name)).mode & 0o777).toBe(0o600)
})

test('the oldest are forgotten when they are too many', () => {
  const store = new DigestStore(folder)
  for (let at = 0; at <= 1000; at += 1) store.of('a').keep(`/${at}`, 'sha256', digest)
  store.save()
  const next = new DigestStore(folder).of('a')
  expect([next.get('/0', 'sha256'), next.get('/1', 'sha256'), next.get('/1000', 'sha256')]).toEqual([
    undefined,
    digest,
    digest,
  ])
})

test('what cannot be read is as if it were not there', () => {
  const store = new DigestStore(folder)
  store.of('a').keep('/x', 'sha256', digest)
  store.save()
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"sha256 /x": {"stamp": 1}}')
  expect(new DigestStore(folder).of('a').get('/x', 'sha256')).toBeUndefined()
})
