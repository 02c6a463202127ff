import { afterEach, describe, expect, test, vi } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import type { Event, Result, TaskInfo } from '../../engine/events.ts'
import { liveReporter } from '../../engine/report/live.ts'
import type { Reporter } from '../../engine/report/reporter.ts'

const place = { file: '/p/site.yml', line: 3, column: 7 }
const task: TaskInfo = { id: 1, name: 'unpack', role: 'kafka', action: 'extract', place, handler: false }
const result: Result = { host: 'test1', status: 'ok', changes: [], steps: [], warnings: [], values: {}, elapsed: 10 }
const start: Event = { type: 'run-start', playbooks: [], check: false, diff: false, hosts: ['test1', 'test2'] }

describe('the live view', () => {
  let reporter: Reporter | undefined
  let text = ''
  const listen = (...events: readonly Event[]): void => {
    const output = {
      write: (more: string) => void (text += more),
      columns: 80,
      rows: 24,
      terminal: true,
      colour: false,
    }
    reporter ??= liveReporter(output, { verbosity: 0, diff: false, check: false, readText: () => '', folder: '/p' })
    for (const event of events) reporter.listen(event)
  }
  afterEach(() => {
    listen({ type: 'run-end', recap: new Map(), elapsed: 0, interrupted: false })
    reporter?.end()
    reporter = undefined
    text = ''
    vi.useRealTimers()
  })

  test('Ctrl-C is left to the run, which ends its tasks and reports', async () => {
    const before = process.listenerCount('SIGINT')
    listen(start)
    await new Promise((done) => setImmediate(done))
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  test('a host that works from the first moment on is shown until it is done', async () => {
    vi.useFakeTimers()
    listen(start, { type: 'task-start', task, hosts: ['test1'] }, { type: 'host-start', task, host: 'test1' })
    await vi.advanceTimersByTimeAsync(500)
    expect(text).toContain('test1  kafka : unpack')
    listen({ type: 'result', task, result })
    text = ''
    await vi.advanceTimersByTimeAsync(100)
    expect(text).not.toContain('unpack')
    expect(text).toContain('0 tasks')
  })

  test('who failed is named while the others are still at work', async () => {
    vi.useFakeTimers()
    listen(start, { type: 'task-start', task, hosts: ['test1', 'test2'] })
    for (const host of ['test1', 'test2']) listen({ type: 'host-start', task, host })
    const failure = { error: new KplayError('COMMAND_FAILED', 'non-zero exit code 1\nand more') }
    listen({ type: 'result', task, result: { ...result, status: 'failed', failure } })
    await vi.advanceTimersByTimeAsync(500)
    expect(text).toContain('✗ test1  failed: non-zero exit code 1\n')
    listen({ type: 'result', task, result: { ...result, host: 'test2' } }, { type: 'task-end', task })
    text = ''
    await vi.advanceTimersByTimeAsync(100)
    expect(text).not.toContain('✗')
  })
})
