import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { makeReader } from '../../engine/host/read.ts'
import { modules } from '../../engine/modules/index.ts'
import { early } from '../../engine/modules/_early.ts'
import { argumentsOf } from '../support/drive.ts'
import { fakeHost } from '../support/fake-host.ts'
import { fakeLocal } from '../support/fake-local.ts'
import { localSession, temporaryFolder } from '../support/local-session.ts'

let folder = ''
const at = (...names: string[]) => join(folder, ...names)
beforeEach(() => {
  folder = temporaryFolder()
  mkdirSync(at('dir', 'sub'), { recursive: true })
  writeFileSync(at('dir', 'file'), 'text\n')
  symlinkSync('dir/file', at('link'))
})

/** Probes with a real shell: what was seen, and the frames that it took. */
async function probe(name: string, input: Readonly<Record<string, unknown>>) {
  const { module, args } = argumentsOf(modules, name, input)
  if (module.kind === 'read') throw new Error(`${name} only reads`)
  const session = localSession()
  const now = await module.probe(args, makeReader(session), fakeLocal({ files: { 'tree/a': 'x', 'tree/b/c': 'y' } }))
  return { now, frames: session.frames }
}

it.each<[string, string, Readonly<Record<string, string | boolean>>]>([
  ['file', 'dir', { state: 'directory' }],
  ['file', 'none/below', { state: 'directory' }],
  ['file', 'dir/file', { state: 'touch', modification_time: 'preserve', access_time: 'preserve' }],
  ['file', 'dir/file', {}],
  ['file', 'link', { state: 'link', src: 'dir/file' }],
  ['file', 'other', { state: 'hard', src: 'link' }],
  ['file', 'dir/file', { state: 'absent' }],
  ['symlink', 'link', { target: 'dir/file' }],
  ['lineinfile', 'link', { line: 'x' }],
  ['blockinfile', 'dir/file', { block: 'x' }],
  ['blockinfile', 'none', { block: 'x', create: true }],
  ['replace', 'dir/file', { regexp: 'x' }],
])('%s looks at %s and all that it needs besides in one go', async (name, path, more) => {
  const { frames } = await probe(name, { path: at(path), ...more })
  expect(frames).toHaveLength(1)
})

it.each<[string, Readonly<Record<string, string>>]>([
  ['template', { src: 'a.j2' }],
  ['get_url', { url: 'file:///a' }],
  ['copy', { content: 'x' }],
  ['copy', { src: 'tree/' }],
])('%s looks at its destination in one go', async (name, more) => {
  expect(
    (await probe(name, { dest: at('dir', more['src'] === 'tree/' ? 'sub' : 'file'), ...more })).frames,
  ).toHaveLength(1)
})

it('asks for nothing that could fail and is not needed', async () => {
  expect((await probe('blockinfile', { path: at('dir'), block: 'x' })).now).toMatchObject({
    kind: 'dir',
    content: null,
  })
  // As a name in the folder, the link would be for ../x, which may be looked at; beside it, it would not.
  const host = fakeHost({ files: { '/top/dir': { dir: true }, '/top/x': 'x' }, closed: { '/x': 'Permission denied' } })
  const { module, args } = argumentsOf(modules, 'file', { path: '/top/dir', src: '../x', state: 'hard' })
  if (module.kind === 'read') throw new Error('it only reads')
  expect(await module.probe(args, host.reader, fakeLocal({}))).toMatchObject({ place: '/top/dir/x', source: 'file' })
})

it('fails as late as it would have, and with the same words', async () => {
  const failed: unknown[] = []
  const listen = (error: unknown): void => void failed.push(error)
  process.on('unhandledRejection', listen)
  const asked = early(Promise.reject(new Error('no')))
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.off('unhandledRejection', listen)
  expect(failed).toEqual([])
  await expect(asked).rejects.toThrow('no')
})
