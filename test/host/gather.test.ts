import { hostname, totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { gatherFacts } from '../../engine/host/gather.ts'
import { localSession, shells } from '../support/local-session.ts'

describe.each(shells)('gathering, under $name', (shell) => {
  it('brings the facts of this machine in one frame', async () => {
    const session = localSession(shell, { WORD: "it's" })
    const facts = await gatherFacts(session)
    expect(session.frames).toHaveLength(1)
    expect(facts).toMatchObject({
      system: 'Linux',
      nodename: hostname(),
      memtotal_mb: Math.floor(totalmem() / 2 ** 20),
      user_id: session.user,
      user_uid: process.getuid?.(),
    })
    expect(facts.env).toMatchObject({ WORD: "it's" })
    expect(facts.date_time).toMatchObject({ year: String(new Date().getFullYear()) })
    expect(facts.interfaces).toContain('lo')
    expect(Number((facts.date_time as { epoch: string }).epoch)).toBeCloseTo(Date.now() / 1000, -2)
  })
})
