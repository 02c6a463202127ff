import { describe, expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import type { Reader } from '../../engine/host/reader.ts'
import type { Step } from '../../engine/host/step.ts'
import type { StepOptions, Target } from '../../engine/host/target.ts'
import type { Local } from '../../engine/module/define.ts'
import { modules } from '../../engine/modules/index.ts'
import { converge } from '../../engine/run/converge.ts'
import type { Converged, ConvergeContext } from '../../engine/run/convergence.ts'
import { fakeHost } from '../support/fake-host.ts'
import { argumentsOf } from '../support/drive.ts'

interface Course {
  /** Seconds that a look takes. */
  readonly look?: number
  /** Seconds after the start at which it dies. */
  readonly dies?: number
  /** Seconds after the start at which its unit file is changed. */
  readonly stale?: number
  readonly aborted?: () => boolean
}

/** Runs one task on a host in memory, by a clock of its own. */
async function run(
  name: string,
  input: object,
  { look = 0, dies = Infinity, stale = Infinity, aborted }: Course,
  more: Partial<ConvergeContext> = {},
): Promise<Converged> {
  const host = fakeHost({ units: { 'zoo.service': {} } })
  let now = 0
  const unit: Reader['unit'] = async (which) => {
    const seen = await host.reader.unit(which)
    const [isDead, needsReload] = [now >= dies * 1000, now >= stale * 1000]
    now += look * 1000
    return isDead ? { ...seen, needsReload, active: 'failed', sub: 'failed', mainPid: 0 } : { ...seen, needsReload }
  }
  const { module, args } = argumentsOf(modules, name, { ...input })
  if (module.kind === 'read') throw new Error(`${name} only asks`)
  const context: ConvergeContext = {
    target: { run: async (step: Parameters<Target['run']>[0]) => host.run(step) } as Target,
    reader: { ...host.reader, unit },
    local: {} as Local,
    stepOptions: {},
    mask: (text) => text,
    changed: () => undefined,
    sleep: async (milliseconds) => void (now += milliseconds),
    now: () => now,
    ...(aborted && { aborted }),
    ...more,
  }
  return converge(module, args, context)
}

test.each([0, 0.4, 1.2, 4])('a service that dies is noticed however long looks take: %s s', async (look) => {
  const input = { name: 'zoo', state: 'started', hold: 3 }
  expect(await run('service', input, { look })).toMatchObject({ status: 'changed' })
  expect(await run('service', input, { look, dies: look + 2.9 })).toMatchObject({ status: 'failed' })
})

test('a unit file that changes while its service is watched is no reason to call that dead', async () => {
  const input = { name: 'zoo', state: 'started', hold: 3 }
  expect(await run('service', input, { stale: 1 })).toMatchObject({ status: 'changed' })
  expect(await run('service', input, { stale: 1, dies: 2 })).toMatchObject({ status: 'failed' })
})

describe('behind a step that is on its way', () => {
  /** Plays a task whose step makes known that it was sent, before it ends with that code. */
  async function follow(end: () => number): Promise<{ readonly ended: Converged; readonly order: readonly string[] }> {
    const host = fakeHost()
    const order: string[] = []
    const ended = await run(
      'file',
      { path: '/srv/new', state: 'directory' },
      {},
      {
        target: {
          run: async (step: Step, { sent }: StepOptions = {}) => {
            const result = host.run(step)
            sent?.()
            await new Promise(setImmediate)
            order.push('over')
            return { ...result, code: end() }
          },
        } as Target,
        reader: { ...host.reader, lstat: async (path) => (order.push('look'), host.reader.lstat(path)) },
        changed: () => void order.push('changed'),
        askNext: () => void order.push('next'),
      },
    )
    return { ended, order: order.slice(order.indexOf('changed')) }
  }

  test('the machine is looked at again, and asked for what comes next', async () => {
    const { ended, order } = await follow(() => 0)
    expect(ended).toMatchObject({ status: 'changed', changes: [{ key: 'kind' }] })
    expect(order).toEqual(['changed', 'look', 'next', 'over'])
  })

  test('nothing is made of that if the step fails, or nobody knows how it ended', async () => {
    expect((await follow(() => 1)).ended).toMatchObject({
      status: 'failed',
      failure: { error: { code: 'COMMAND_FAILED' } },
    })
    const lost = follow(() => {
      throw new KplayError('UNREACHABLE', 'lost')
    })
    await expect(lost).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })
})

test('once the run is aborted no further step is begun', async () => {
  const input = { name: 'zoo', state: 'started', enabled: true, hold: 0 }
  const ended = await run('service', input, { aborted: () => true })
  expect(ended).toMatchObject({ status: 'failed', failure: { error: { code: 'INTERRUPTED' } } })
  expect(ended.failure?.error.message).toContain('systemctl enable -- zoo')
})
