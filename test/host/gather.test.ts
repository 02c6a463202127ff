import { hostname, totalmem } from 'node:os'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseFacts } from '../../engine/host/facts/subsets.ts'
import { gatherFacts } from '../../engine/host/gather.ts'
import { localSession, shells, temporaryFolder } from '../support/local-session.ts'

describe.each(shells)('gathering, under $name', (shell) => {
  it('brings the facts of this machine in one frame', async () => {
    const session = localSession(shell, { WORD: "it's" })
    const facts = chooseFacts(await gatherFacts(session))
    expect(session.frames).toHaveLength(1)
    expect(facts).toMatchObject({
      system: 'Linux',
      nodename: hostname(),
      memtotal_mb: Math.floor(totalmem() / 2 ** 20),
      user_id: session.user,
      user_uid: process.getuid?.(),
    })
    expect(facts).not.toHaveProperty('lasting')
    expect(facts.env).toMatchObject({ WORD: "it's" })
    expect(facts.date_time).toMatchObject({ year: String(new Date().getFullYear()) })
    expect(facts.interfaces).toContain('lo')
    expect(Number((facts.date_time as { epoch: string }).epoch)).toBeCloseTo(Date.now() / 1000, -2)
  })

  it('runs local facts that are programs, and tells of those that fail or take too long', async () => {
    const factPath = temporaryFolder()
    const write = (name: string, text: string, mode: number): void =>
      writeFileSync(join(factPath, name), text, { mode })
    write('data.fact', '{"a": [1, true]}', 0o644)
    write('ini.fact', '[one]\nKey = v', 0o644)
    write('made.fact', '#!/bin/sh\necho \'{"b": 2}\'', 0o755)
    write('broken.fact', '#!/bin/sh\nexit 3', 0o755)
    write('slow.fact', '#!/bin/sh\nexec sleep 30', 0o755)
    write('environment.fact', '#!/bin/sh\necho "\\"$WORD\\""', 0o755)
    symlinkSync('nowhere', join(factPath, 'dead.fact'))
    const environment = { WORD: "it's" }
    const { min, lasting } = await gatherFacts(localSession(shell), { factPath, timeout: 1, environment })
    expect(lasting).toBe(false)
    expect(min['env']).toMatchObject(environment)
    expect(min['local']).toEqual({
      data: { a: [1, true] },
      ini: { one: { key: 'v' } },
      made: { b: 2 },
      environment: "it's",
      dead: expect.stringMatching(/^Could not stat fact /) as string,
      broken: `Failure executing fact script (${join(factPath, 'broken.fact')}), rc: 3`,
      slow: expect.stringMatching(/rc: 1[34]\d$/) as string,
    })
  })

  it('asks the Python that is named, and searches for one where none is', async () => {
    const folder = temporaryFolder()
    const python = join(folder, 'my python')
    writeFileSync(python, '#!/bin/sh\nprintf "%s\\n" "$0" other False 3 1 2 final 0', { mode: 0o755 })
    const { min } = await gatherFacts(localSession(shell), { python: [python] })
    expect(min).toMatchObject({ python: { executable: python, type: 'other' }, python_version: '3.1.2' })
    writeFileSync(join(folder, 'python3.14'), '#!/bin/sh\necho none; exit 127', { mode: 0o755 })
    const path = join(folder, 'python3.13')
    writeFileSync(path, '#!/bin/sh\nprintf "%s\\n" "$0" cpython True 3 13 0 final 0', { mode: 0o755 })
    const found = await gatherFacts(localSession({ ...shell, path: `${folder}:${shell.path}` }))
    expect(found.min).toMatchObject({ python: { executable: path }, python_version: '3.13.0' })
  })
})
