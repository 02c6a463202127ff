import './modules/lab-of-its-own.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { down } from './lab.ts'
import { labProblem } from './machine.ts'
import { leniencesIn, mistakesIn, prepareHosts, proveOn, targetsOf, tell } from './modules/acts.ts'
import type { Story } from './modules/acts.ts'
import { phases, readScenarios } from './modules/scenario.ts'
import { serve } from './modules/server.ts'
import type { HostileServer } from './modules/server.ts'
import { outerAddress } from './roster.ts'

const scenarios = readScenarios()

describe.skipIf(labProblem())('modules on real hosts', () => {
  let story: Story
  let server: HostileServer | undefined

  beforeAll(async () => {
    await prepareHosts(scenarios)
    server = await serve(outerAddress)
    story = await tell(scenarios, server)
  })
  afterAll(async () => {
    await server?.close()
    await down()
  })

  test.each(['check', 'again', 'last', 'refusedCheck', 'refused'] as const)('%s leaves every host as it was', (act) => {
    expect(story.differences[act]).toEqual([])
  })

  describe.each(scenarios)('$name', (scenario) => {
    test.each(phases)('%s: every task ends as it should', (phase) => {
      expect(mistakesIn(story.runs[phase], scenario, phase)).toEqual([])
    })

    test.each(targetsOf(scenario))('$name is as it was wanted', async (target) => {
      const proofs = await proveOn(target, scenario)
      expect(proofs.map(({ run, found }) => ({ run, shows: found }))).toEqual(
        proofs.map(({ run, shows }) => ({ run, shows })),
      )
    })

    test.runIf(scenario.refusals.length)('what must be refused is, also in check mode', () => {
      expect(leniencesIn(story.runs.refused, scenario, 'run')).toEqual([])
      expect(leniencesIn(story.runs.refusedCheck, scenario, 'check')).toEqual([])
    })
  })
})
