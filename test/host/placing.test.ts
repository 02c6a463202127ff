import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runStep } from '../../engine/host/execute.ts'
import type { WriteStep } from '../../engine/host/step.ts'
import { localSession, temporaryFolder } from '../support/local-session.ts'
import { counting } from './support/other-shells.ts'

const asRoot = process.getuid?.() === 0
const seen = (path: string) => {
  const { uid, gid, mode } = statSync(path)
  return [uid, gid, (mode & 0o7777).toString(8)]
}
const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()]

describe('what a new file has already', () => {
  let path = ''
  beforeEach(() => {
    path = join(temporaryFolder(), 'file')
  })

  /** How often `tool` is started to write over a file that has `mode`. */
  const startsOf = async (tool: string, mode: number, options: Partial<WriteStep> = {}) => {
    writeFileSync(path, 'old')
    chmodSync(path, mode)
    const { shell, started } = counting(tool)
    const result = await runStep(localSession(shell), { kind: 'write', path, content: 'new', ...options })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(path, 'utf8')).toBe('new')
    return started()
  }

  it('is not set again', async () => {
    expect(await startsOf('stat', 0o644)).toBe(1)
    expect(await startsOf('chown', 0o644)).toBe(0)
    expect(await startsOf('chgrp', 0o644)).toBe(0)
    expect(await startsOf('chmod', 0o600)).toBe(0)
    expect(seen(path)).toEqual([uid, gid, '600'])
    expect(await startsOf('chmod', 0o644, { mode: '0600' })).toBe(0)
    expect(seen(path)).toEqual([uid, gid, '600'])
  })

  it('is told from what it has not', async () => {
    for (const mode of [0o644, 0o4600, 0o60, 0o400]) {
      expect(await startsOf('chmod', mode)).toBe(1)
      expect(seen(path)).toEqual([uid, gid, mode.toString(8)])
    }
    expect(await startsOf('chmod', 0o600, { mode: '1600' })).toBe(1)
    expect(seen(path)).toEqual([uid, gid, '1600'])
    expect(await startsOf('chmod', 0o600, { mode: 'u+x' })).toBe(1)
    expect(seen(path)).toEqual([uid, gid, '700'])
  })

  it.runIf(asRoot)('is an owner or a group by name, or by those of the old file', async () => {
    expect(await startsOf('chown', 0o644, { owner: 'root' })).toBe(0)
    expect(await startsOf('chown', 0o644, { group: 'root' })).toBe(0)
    expect(await startsOf('chown', 0o644, { owner: 'root', group: 'root' })).toBe(0)
    expect(await startsOf('chown', 0o644, { owner: 'root', group: '7' })).toBe(1)
    expect(seen(path)).toEqual([0, 7, '644'])
    expect(await startsOf('chgrp', 0o640, { owner: 'root' })).toBe(1)
    expect(seen(path)).toEqual([0, 7, '640'])
    expect(await startsOf('chown', 0o640, { owner: '12345', mode: '0600' })).toBe(1)
    expect(seen(path)).toEqual([12345, 7, '600'])
    expect(await startsOf('chown', 0o600, { group: '7' })).toBe(2)
    expect(seen(path)).toEqual([12345, 7, '600'])
    expect(await startsOf('chown', 0o600)).toBe(1)
    expect(seen(path)).toEqual([12345, 7, '600'])
  })

  it.runIf(asRoot)('keeps its bits, whoever it is given to', async () => {
    writeFileSync(path, 'old')
    chownSync(path, 12345, 0)
    await startsOf('true', 0o6755)
    expect(seen(path)).toEqual([12345, 0, '6755'])
    await startsOf('true', 0o6755, { owner: 'root', mode: '4711' })
    expect(seen(path)).toEqual([0, 0, '4711'])
  })

  it('is no mode where there is an access list, of which the mode shows only a part', async () => {
    const tools = temporaryFolder()
    const log = join(tools, 'log')
    const tool = (name: string, text: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    tool('getfacl', 'echo user:nobody:r--')
    tool('setfacl', `cat >>${log}`)
    tool('chmod', `echo "$2" >>${log}; exec /bin/chmod "$@"`)
    writeFileSync(path, 'old', { mode: 0o600 })
    const { shell } = counting('true')
    const session = localSession({ ...shell, path: `${tools}:${shell.path}` })
    for (const mode of [undefined, '0600']) {
      expect(await runStep(session, { kind: 'write', path, content: 'new', mode })).toMatchObject({ code: 0 })
    }
    expect(readFileSync(log, 'utf8')).toBe('user:nobody:r--\n600\nuser:nobody:r--\nu=rw,g=,o=,u-s,g-s,a-t\n')
  })

  const closed = ['chmod 600', '600']
  it.each<[string, string | undefined, number | undefined, readonly string[]]>([
    ['a secret, over an old file', '0600', 0o644, closed],
    ['what is for some, over an old file', '0640', 0o644, closed],
    ['whatever the old file says', undefined, 0o640, closed],
    ['what words say', 'g-r', 0o644, closed],
    ['what is for all, over an old file', '0644', 0o644, ['660']],
    ['a new secret', '0600', undefined, closed],
    ['what is new and for some', '0640', undefined, closed],
    ['what is new and for all', '0644', undefined, ['600']],
    ['what is new', undefined, undefined, ['600']],
  ])('is closed before it is written, whatever its folder hands down: %s', async (_, mode, old, expected) => {
    if (old !== undefined) writeFileSync(path, 'old', { mode: old })
    const [tools, log] = [temporaryFolder(), join(temporaryFolder(), 'log')]
    const tool = (name: string, text: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    // An access list shows in the mode of what is new.
    tool('stat', 'for new; do :; done; /bin/chmod 660 "$new"; exec /usr/bin/stat "$@"')
    tool('chmod', `echo "chmod $2" >>${log}; exec /bin/chmod "$@"`)
    tool('cat', `exec 3>&1; /usr/bin/stat -L -c %a /proc/self/fd/3 >>${log}; exec /bin/cat "$@"`)
    const { shell } = counting('true')
    const session = localSession({ ...shell, path: `${tools}:${shell.path}` })
    const step: WriteStep = { kind: 'write', path, content: 'new'.repeat(10_000), mode }
    expect(await runStep(session, step)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(log, 'utf8').split('\n').slice(0, expected.length)).toEqual(expected)
    const wanted = mode === 'g-r' ? 0o600 : mode === undefined ? (old ?? 0o644) : Number.parseInt(mode, 8)
    expect(seen(path)[2]).toBe(wanted.toString(8))
  })

  it('comes with a whole backup or none', async () => {
    writeFileSync(path, 'old')
    const { shell } = counting('cp', 'for last; do :; done; printf o >"$last"; echo no space >&2; exit 1')
    const step: WriteStep = { kind: 'write', path, content: 'new', backup: true }
    expect(await runStep(localSession(shell), step)).toMatchObject({ code: 1, stderr: 'no space\n' })
    expect([readdirSync(join(path, '..')), readFileSync(path, 'utf8')]).toEqual([['file'], 'old'])
  })

  it('may have names with spaces', async () => {
    writeFileSync(path, 'old')
    const named = String.raw`/usr/bin/stat "$@" | sed 's/:[^:]*:[^:]*$/:DOMAIN\\a * b:domain users/'`
    const { shell, started } = counting('stat', named)
    const session = localSession(shell)
    const write = (options: Partial<WriteStep>) => runStep(session, { kind: 'write', path, content: 'new', ...options })
    expect(await write({ group: 'domain users', owner: String.raw`DOMAIN\a * b` })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await write({})).toMatchObject({ code: 0, stderr: '' })
    expect(started()).toBe(2)
    const other = await write({ group: 'no such group' })
    expect(other.code).not.toBe(0)
    expect(other.stderr).toMatch(/no such group/)
    expect(readdirSync(join(path, '..'))).toEqual(['file'])
  })
})
