import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DigestStore } from '../../engine/controller/digest-store.ts'
import { openMachines } from '../../engine/host/machines.ts'
import { userScript } from '../../engine/host/shell.ts'
import type { ConnectionSettings } from '../../engine/host/target.ts'
import { temporaryFolder } from '../support/local-session.ts'

const local: ConnectionSettings = {
  host: 'here',
  kind: 'local',
  address: 'localhost',
  timeout: 10,
  sshArguments: [],
  acceptNewHostKeys: false,
  knownHosts: [],
}
const folder = mkdtempSync(join(tmpdir(), 'kplay-machines-'))
afterAll(() => rmSync(folder, { recursive: true }))
const machines = () => openMachines({ askSecret: async () => undefined, env: { ...process.env, TMPDIR: folder } })
const runScript = (text: string) => ({ kind: 'run' as const, command: userScript(text), effects: [] })

describe('machines', () => {
  test('two names of one machine share its session, facts and what its readers remember', async () => {
    const all = machines()
    const [one, two] = await Promise.all([all.open(local), all.open({ ...local, host: 'also here' })])
    expect(two).toBe(one)
    expect(one.user).toBe(userInfo().username)
    expect(await one.facts()).toEqual(await two.facts())
    await one.facts()
    await all.close()
  })

  test('to become whom one is needs neither sudo nor a password', async () => {
    const all = machines()
    const login = await all.open(local)
    const become = { method: 'sudo', user: login.user, flags: [], program: '/no/sudo' } as const
    expect(await all.open(local, become)).toBe(login)
    await expect(all.open(local, { ...become, user: 'somebody-else' })).rejects.toMatchObject({ code: 'BECOME' })
    await all.close()
  })

  test('what a step verified of a big file the next run knows', async () => {
    const aside = temporaryFolder()
    const store = new DigestStore(join(aside, 'digests'))
    const all = openMachines({ askSecret: async () => undefined, env: process.env, digests: (name) => store.of(name) })
    const target = await all.open(local)
    const path = join(aside, 'big')
    await target.run({ kind: 'write', path, content: Buffer.alloc(2 << 20) })
    store.save()
    await all.close()
    const known = new DigestStore(join(aside, 'digests')).of(target.machine).get(path, 'sha256')
    expect(known).toEqual({ stamp: expect.stringContaining(`${2 << 20}`) as string, hex: expect.any(String) as string })
  })

  test('a change makes readers ask again', async () => {
    const all = machines()
    const target = await all.open(local)
    const path = join(folder, 'made')
    expect(await target.reader.lstat(path)).toBeUndefined()
    await target.run(runScript(`echo >${path}`))
    all.changed(target.machine)
    expect(await target.reader.lstat(path)).toMatchObject({ kind: 'file' })
    await target.run(runScript(`rm ${path}`))
    all.changed('nobody knows it')
    await all.close()
  })

  test('other sessions ask when a step is over that somebody looks behind', async () => {
    const all = machines()
    const program = join(temporaryFolder(), 'become')
    writeFileSync(program, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n', { mode: 0o755 })
    const login = await all.open(local)
    const other = await all.open(local, { method: 'sudo', user: 'somebody', flags: [], program })
    const path = join(temporaryFolder(), 'made')
    let seen: readonly Promise<string | undefined>[] = []
    const sent = (): void => {
      all.changed(login.machine)
      seen = [login, other].map(({ reader }) => reader.readText(path))
      for (const each of seen) each.catch(() => undefined)
    }
    expect(await Promise.all([login, other].map(({ reader }) => reader.readText(path)))).toEqual([undefined, undefined])
    await login.run({ ...runScript(`sleep 0.3; echo made >${path}`), quick: true }, { sent })
    expect(await Promise.all(seen)).toEqual(['made\n', 'made\n'])
    // One that fails, or is lost, keeps nobody waiting.
    const lost = login.run({ ...runScript('sleep 0.2; kill -9 $$'), quick: true }, { sent })
    await expect(lost).rejects.toMatchObject({ code: 'UNREACHABLE' })
    // Nobody needs to know what that one left behind, and nobody logs in again for it.
    await expect(seen[0]).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await seen[1]).toBe('made\n')
    expect(await login.reader.readText(path)).toBe('made\n')
    await all.close()
  })

  test('steps of several names of one machine need not wait for each other', async () => {
    const all = machines()
    const [one, two] = await Promise.all([all.open(local), all.open({ ...local, host: 'also here' })])
    // Each waits for what another one does.
    const steps = [1, 2, 3, 4, 5].map((at) => {
      const [mine, next] = [join(folder, `met-${at}`), join(folder, `met-${(at % 5) + 1}`)]
      const script = `echo >${mine}; while [ ! -e ${next} ]; do sleep 0.05; done; echo ${at}`
      return (at % 2 ? one : two).run({ ...runScript(script), timeout: 20 }, { aside: true })
    })
    expect((await Promise.all(steps)).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n', '5\n'])
    const long = [one, two].map((target) => target.run(runScript('sleep 100'), { aside: true }))
    setTimeout(() => all.abort(), 500)
    expect((await Promise.all(long)).map(({ code }) => code)).toEqual([143, 143])
    await all.close()
    for (const at of [1, 2, 3, 4, 5]) rmSync(join(folder, `met-${at}`))
    expect(readdirSync(folder)).toEqual([])
  })

  test('abort ends what runs, close lets go', async () => {
    const all = machines()
    const target = await all.open(local)
    const step = target.run(runScript('sleep 100'))
    setTimeout(() => all.abort(), 300)
    expect(await step).toMatchObject({ code: 143 })
    await all.close()
    await expect(target.run(runScript('true'))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  test('a killed shell: questions go on, what ran is in doubt, its folder is removed by the next', async () => {
    const all = machines()
    const target = await all.open(local)
    await target.run(runScript('true'))
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.kplay-/)])
    const doubt = target.run({ ...runScript('kill -9 $PPID; sleep 0.2'), label: 'suicide' })
    await expect(doubt).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('may or may not') as string,
    })
    expect(await target.reader.realpath('/')).toBe('/')
    expect(readdirSync(folder)).toEqual([])
    expect(await target.run(runScript('echo on'))).toMatchObject({ stdout: 'on\n' })
    await all.close()
  })
})
