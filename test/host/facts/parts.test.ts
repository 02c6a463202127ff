import { describe, expect, it } from 'vitest'
import { partsFor } from '../../../engine/host/facts/parts.ts'
import { gatherFacts } from '../../../engine/host/gather.ts'
import { localSession, shells } from '../../support/local-session.ts'

const [shell] = shells

/** They hold another value each time. */
const FLEETING = /^(?:date_time|uptime_seconds|loadavg|mem\w+|swap\w+|mounts|env)$/

describe('parts of the facts', () => {
  it('each part alone brings all that it names, as it is among all of them', async () => {
    if (!shell) throw new Error('there is no shell')
    const session = localSession(shell)
    const { lasting: _, ...subsets } = await gatherFacts(session)
    const all = Object.assign({}, ...Object.values(subsets)) as Record<string, unknown>
    const owners = new Map<object, string[]>()
    for (const name of Object.keys(all)) {
      const [part, ...others] = partsFor(new Set([name]))
      // An interface is a fact by its own name: all has to be asked.
      if (!part || others.length > 0)
        expect((all['interfaces'] as string[]).join().replaceAll('-', '_')).toContain(name)
      else owners.set(part, [...(owners.get(part) ?? []), name])
    }
    expect(owners.size).toBe(partsFor(undefined).length)
    for (const names of owners.values()) {
      const { lasting: __, ...found } = await gatherFacts(session, { read: new Set(names) })
      const some = Object.assign({}, ...Object.values(found)) as Record<string, unknown>
      for (const name of names.filter((each) => !FLEETING.test(each)))
        expect([name, some[name]]).toEqual([name, all[name]])
    }
  })

  it('asks nothing where nothing is read', async () => {
    if (!shell) throw new Error('there is no shell')
    const session = localSession(shell)
    expect(await gatherFacts(session, { read: new Set() })).toEqual({
      lasting: true,
      min: {},
      hardware: {},
      network: {},
      virtual: {},
    })
    expect(session.frames).toEqual([])
  })

  it('asks all for a fact that no part names', () => {
    expect(partsFor(new Set(['os_family', 'eth0']))).toEqual(partsFor(undefined))
    expect(partsFor(new Set(['os_family']))).toHaveLength(1)
  })
})
