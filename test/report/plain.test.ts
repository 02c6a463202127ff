import { describe, expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import type { Event, Result, TaskInfo } from '../../engine/events.ts'
import { renderError } from '../../engine/report/error.ts'
import { plainReporter } from '../../engine/report/plain.ts'
import { painter } from '../../engine/report/style.ts'

const place = { file: '/p/site.yml', line: 3, column: 7 }
const task: TaskInfo = { id: 1, name: 'server.properties', role: 'kafka', action: 'template', place, handler: false }
const blank: Result = { host: 'test1', status: 'ok', changes: [], steps: [], warnings: [], values: {}, elapsed: 10 }
const counts = { ok: 2, changed: 1, skipped: 0, failed: 0, unreachable: 0, maybe: 0, ignored: 0, rescued: 0 }

function reported(
  events: readonly Event[],
  options: { verbosity?: number; diff?: boolean; check?: boolean } = {},
): string {
  let text = ''
  const output = { write: (more: string) => void (text += more), columns: 80, rows: 24, terminal: false, colour: false }
  const source = '- hosts: all\n  tasks:\n    - template: { src: x }\n'
  const reporter = plainReporter(output, {
    verbosity: 0,
    diff: false,
    check: false,
    readText: () => source,
    folder: '/p',
    ...options,
  })
  for (const event of events) reporter.listen(event)
  return text
}

const run = (...results: Partial<Result>[]): Event[] => [
  { type: 'play-start', name: 'cluster', hosts: ['test1', 'test2'], place },
  { type: 'task-start', task, hosts: ['test1', 'test2', 'test3'] },
  ...results.map((result): Event => ({ type: 'result', task, result: { ...blank, ...result } })),
  { type: 'task-end', task },
]

describe('plain lines', () => {
  test('equal outcomes share a line, unchanged ones do not scroll by', () => {
    const events = run({ status: 'changed' }, { host: 'test2', status: 'changed' }, { host: 'test3' })
    expect(reported(events)).toMatchInlineSnapshot(`
      "play cluster  2 hosts
        changed   kafka : server.properties  test1 test2
      "
    `)
    expect(reported(run({}, { host: 'test2' }))).toMatchInlineSnapshot(`
      "play cluster  2 hosts
      "
    `)
    expect(reported(events, { verbosity: 1 })).toMatchInlineSnapshot(`
      "play cluster  2 hosts
        task kafka : server.properties
        changed   kafka : server.properties  test1 test2
        ok        kafka : server.properties  test3
      "
    `)
  })

  test('a dry run says what would change, and how with --diff', () => {
    const changes = [
      { key: 'mode', from: '0600', to: '0644', text: false },
      { key: 'content', from: 'a=1\nb=2\n', to: 'a=1\nb=3\n', text: true },
    ]
    expect(reported(run({ status: 'changed', changes }), { check: true, diff: true })).toMatchInlineSnapshot(`
      "play cluster  2 hosts
        would change kafka : server.properties  test1
            mode: 0600 → 0644
            content:
            --- now
            +++ wanted
            @@ -1,2 +1,2 @@
             a=1
            -b=2
            +b=3
      "
    `)
  })

  test('a failure shows what, where, the output and what to do', () => {
    const error = new KplayError('COMMAND_FAILED', 'systemctl start kafka ended with exit code 1', {
      hint: 'look at the log',
      place,
    })
    const failure = { error, stderr: 'Job failed.\n\x1b[31mred\n', evidence: 'java: not found\n', code: 1 }
    expect(reported(run({ status: 'failed', failure }))).toMatchInlineSnapshot(`
      "play cluster  2 hosts
        failed    kafka : server.properties  test1
            error: systemctl start kafka ended with exit code 1
              at site.yml:3:7
              3 |     - template: { src: x }
                |       ^
              do: look at the log
              stderr:
                Job failed.
                \\x1b[31mred
              log:
                java: not found
      "
    `)
  })

  test('one cause of being unreachable is told once', () => {
    const error = new KplayError('UNREACHABLE', 'connection refused', { hint: 'is sshd running there?' })
    expect(reported([{ type: 'unreachable', hosts: ['test1', 'test2'], error }])).toMatchInlineSnapshot(`
      "  unreachable test1 test2
            error: connection refused
              do: is sshd running there?
      "
    `)
  })

  test('the recap', () => {
    const recap = new Map([
      ['test1', counts],
      ['long-name', { ...counts, maybe: 1 }],
    ])
    expect(reported([{ type: 'run-end', recap, elapsed: 61_000, interrupted: false }], { check: true }))
      .toMatchInlineSnapshot(`
        "recap (check: nothing was changed)
          test1     : ok=2 changed=1 skipped=0 failed=0 unreachable=0 maybe=0
          long-name : ok=2 changed=1 skipped=0 failed=0 unreachable=0 maybe=1
          2 hosts, 2 would change, 0 failed, 0 unreachable, 1:01 min
        "
      `)
  })
})

test('an error without a readable file shows its place alone', () => {
  const error = new KplayError('BAD_YAML', 'unknown keyword hsots', { place, hint: 'did you mean hosts?' })
  expect(renderError(error, { readText: () => undefined, folder: '/p' }, painter(false))).toMatchInlineSnapshot(`
    "error: unknown keyword hsots
      at site.yml:3:7
      do: did you mean hosts?"
  `)
})

test('warnings are named again before the recap, with those they are about', () => {
  const end: Event = { type: 'run-end', recap: new Map([['test1', counts]]), elapsed: 10, interrupted: false }
  const skipped = 'net.core.wmem_max is read-only here: skipped'
  const other = 'net.core.rmem_max is absent here: skipped'
  const events = [
    ...run({ warnings: [skipped, other, skipped] }, { host: 'test2', warnings: [skipped] }),
    ...run({ host: 'test3', warnings: [skipped] }),
    end,
  ]
  expect(reported(events).split('warnings\n')[1]).toMatchInlineSnapshot(`
    "  kafka : server.properties  test1 test2 test3
        net.core.wmem_max is read-only here: skipped
      kafka : server.properties  test1
        net.core.rmem_max is absent here: skipped
    recap
      test1 : ok=2 changed=1 skipped=0 failed=0 unreachable=0
      1 host, 1 changed, 0 failed, 0 unreachable, 0.0 s
    "
  `)
  expect(reported([...run({}), end])).not.toContain('warnings')
  const many = run(...Array.from({ length: 12 }, (_, at) => ({ host: `h${at + 10}`, warnings: [skipped] })))
  expect(reported([...many, end])).toContain('h[10:21]\n')
})

test('a play that ends early names the hosts whose turn never came', () => {
  const event: Event = { type: 'play-stopped', reason: 'no host of this batch is left', untouched: ['test2', 'test3'] }
  expect(reported([event])).toBe('  stopped: no host of this batch is left; not run on test2 test3\n')
})
