import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { runStep } from '../../engine/host/execute.ts'
import { eraseJob, readJob, startJob, type JobState } from '../../engine/host/job.ts'
import { makeReader } from '../../engine/host/read.ts'
import { userScript } from '../../engine/host/shell.ts'
import type { RunStep } from '../../engine/host/step.ts'
import { localSession, shells, temporaryFolder } from '../support/local-session.ts'

const step = (text: string, more: Partial<RunStep> = {}): RunStep => ({
  kind: 'run',
  command: userScript(text),
  effects: [],
  ...more,
})

describe.concurrent.each(shells)('a job under $name', (shell) => {
  const session = localSession(shell)

  async function start(
    what: RunStep,
    { folder = join(temporaryFolder(), 'jobs'), seconds = 20 } = {},
  ): Promise<() => Promise<JobState | undefined>> {
    const path = join(folder, 'one')
    const { code, stderr } = await runStep(session, startJob(what, { path, seconds, values: { cmd: "it's" } }))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return () => readJob(() => makeReader(session), path)
  }

  async function over(look: () => Promise<JobState | undefined>): Promise<JobState | undefined> {
    for (let round = 0; round < 100; round += 1) {
      const state = await look()
      if (state?.end ?? state?.lost) return state
      await sleep(100)
    }
    return undefined
  }

  test('goes on when the step is over, and says how it ended', async () => {
    const folder = join(temporaryFolder(), 'jobs')
    const look = await start(step(`umask; cat; sleep 1.5; echo "it's" >&2; exit 3`, { stdin: 'fed\n' }), { folder })
    expect(await look()).toEqual({ values: { cmd: "it's" } })
    expect(await over(look)).toMatchObject({
      values: { cmd: "it's" },
      end: { code: 3, late: false, stdout: '0022\nfed\n', stderr: "it's\n" },
    })
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'one.out')).mode & 0o777).toBe(0o600)
    await runStep(session, eraseJob(join(folder, 'one')))
    expect(readdirSync(folder)).toEqual([])
    expect(await look()).toBeUndefined()
  })

  test('is ended when its time is over, with all that it started', async () => {
    const mark = join(temporaryFolder(), 'mark')
    const look = await start(step(`(sleep 3; : >${mark}) & sleep 9`), { seconds: 1 })
    expect(await over(look)).toMatchObject({ end: { late: true } })
    await sleep(2200)
    expect(existsSync(mark)).toBe(false)
  })

  test('that was killed is told as lost', async () => {
    const look = await start(step(`kill -9 $PPID; sleep 0.3`))
    expect(await over(look)).toMatchObject({ lost: true })
  })
})
