import { expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import type { Event } from '../../engine/events.ts'
import { modules } from '../../engine/modules/index.ts'
import { fakeHost, type FakeHost } from '../support/fake-host.ts'
import { play, type Played, type PlaySetup } from '../support/run-harness.ts'

const HOLD = 0.3

interface Watching extends Played {
  /** Milliseconds from the start of one task to that of another. */
  between(one: string, other: string): number
}

const START = `{ name: start, service: { name: zoo, state: started, hold: ${HOLD} } }`
const WRITE = '{ name: write, copy: { dest: /etc/conf, content: new } }'
const RUN = '{ name: run, command: "true" }'

/** Plays a playbook on hosts with a service, which dies on some of them as soon as that result is told. */
async function watch(
  playbook: string,
  dying: readonly string[] = [],
  names: readonly string[] = ['h1'],
  setup: Partial<PlaySetup> = {},
): Promise<Watching> {
  const canned = { units: { 'zoo.service': {}, 'other.service': {} }, journals: { zoo: 'out of luck' } }
  const kept = new Map(names.map((name): [string, FakeHost] => [name, fakeHost(canned)]))
  const times = new Map<string, number>()
  const die = (host: string): void => {
    const units = kept.get(host)?.machine.units
    const zoo = units?.get('zoo.service')
    if (zoo) units?.set('zoo.service', { ...zoo, active: 'failed', sub: 'failed', mainPid: 0 })
  }
  const onEvent = (event: Event): void => {
    if (event.type === 'task-start') times.set(event.task.name, performance.now())
    if (event.type !== 'result') return
    const { host } = event.result
    if (/start/.test(event.task.name) && dying.includes(host)) die(host)
  }
  const played = await play({
    playbook,
    kept,
    files: { '/project/hosts.yml': `all: { hosts: { ${names.map((name) => `${name}: `).join(', ')} } }` },
    onEvent,
    ...setup,
  })
  return {
    ...played,
    between: (one, other) => (times.get(other) ?? NaN) - (times.get(one) ?? NaN),
  }
}

const playOf = (tasks: readonly string[], more = ''): string => `
- hosts: all
  gather_facts: false
  ${more}
  tasks:
${tasks.map((task) => `    - ${task}`).join('\n')}`

const seconds = ({ results }: Played, index = 0): number => (results[index]?.elapsed ?? 0) / 1000

test('files are put in place while a service that was started is watched; what may build on it waits', async () => {
  const played = await watch(playOf([START, WRITE, RUN]))
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'changed h1 run'])
  expect(seconds(played)).toBeLessThan(HOLD)
  expect(played.between('start', 'run')).toBeGreaterThan(HOLD * 990)
})

test.each([
  ['nothing comes behind it', [START]],
  ['a command comes behind it', [START, RUN]],
  ['a wait comes behind it', [START, '{ name: wait, wait_for: { path: /etc/conf, state: absent, timeout: 1 } }']],
  ['another service comes behind it', [START, '{ name: other, service: { name: other, state: started, hold: 0 } }']],
  ['something elsewhere comes behind it', [START, '{ name: there, copy: { dest: /x, content: x }, delegate_to: h1 }']],
  ['its failure would be ignored', [START.replace(/}$/, ', ignore_errors: true }'), WRITE]],
  ['its failure would be judged', [START.replace(/}$/, ', failed_when: false }'), WRITE]],
  ['it is tried again', [START.replace(/}$/, ', register: r, until: r is changed, retries: 1 }'), WRITE]],
  ['it is one of a loop', [START.replace(/}$/, ', loop: [1] }'), WRITE]],
  ['a rescue waits for its failure', [`{ block: [ ${START}, ${WRITE} ], rescue: [ ${WRITE} ] }`]],
])('where %s it is watched at once', async (_, tasks) => {
  const played = await watch(playOf(tasks))
  expect(played.end.failed).toBe(false)
  expect(seconds(played)).toBeGreaterThanOrEqual(HOLD)
})

test.each(['any_errors_fatal: true', 'max_fail_percentage: 50'])('under %s it is watched at once', async (keyword) => {
  expect(seconds(await watch(playOf([START, WRITE], keyword)))).toBeGreaterThanOrEqual(HOLD)
})

test('one that does not keep running fails its host before anything builds on it', async () => {
  const played = await watch(playOf([START, WRITE, RUN]), ['h1'], ['h1', 'h2'])
  expect(played.lines).toEqual([
    'changed h1 start',
    'changed h2 start',
    'changed h1 write',
    'changed h2 write',
    'failed h1 watch: start',
    'changed h2 run',
  ])
  expect(played.results[4]?.failure).toMatchObject({
    error: { code: 'NOT_CONVERGED', place: { file: '/project/site.yml', line: 6 } },
    evidence: expect.stringContaining('out of luck') as unknown,
  })
  expect(played.end).toMatchObject({ failed: true })
  expect(played.end.recap.get('h1')).toMatchObject({ ok: 2, changed: 2, failed: 1 })
})

test('at the end of the run, if nothing else asks for it', async () => {
  const played = await watch(playOf([START, WRITE]), ['h1'])
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'failed h1 watch: start'])
  expect(played.end.failed).toBe(true)
})

test('its failure is no business of a block that comes later', async () => {
  const block = `{ block: [ ${WRITE} ], rescue: [ { name: rescue, debug: } ] }`
  const played = await watch(playOf([START, '{ name: told, debug: }', block]), ['h1'])
  expect(played.lines).toEqual(['changed h1 start', 'ok h1 told', 'failed h1 watch: start'])
})

test('a batch is through only when what it started has proved itself', async () => {
  const played = await watch(playOf([START, WRITE], 'serial: 1'), ['h1'], ['h1', 'h2'])
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'failed h1 watch: start'])
  expect(played.events.some(({ type }) => type === 'play-stopped')).toBe(true)
})

test('what a handler started is watched while the next play goes on', async () => {
  const handlers = `handlers: [ { name: start, service: { name: zoo, state: restarted, hold: ${HOLD} } } ]`
  const first = playOf([WRITE.replace(/}$/, ', notify: start }')], handlers)
  const second = playOf(['{ name: more, copy: { dest: /etc/more, content: new } }', RUN])
  const played = await watch(first + second, ['h1'], ['h1', 'h2'])
  expect(played.lines).toEqual([
    'changed h1 write',
    'changed h2 write',
    'changed h1 start',
    'changed h2 start',
    'changed h1 more',
    'changed h2 more',
    'failed h1 watch: start',
    'changed h2 run',
  ])
  expect(seconds(played, 2)).toBeLessThan(HOLD)
})

test('in free plays each host waits for its own', async () => {
  const tasks = [START.replace(/}$/, ', when: inventory_hostname == "h1" }'), WRITE, RUN]
  const played = await watch(playOf(tasks, 'strategy: free'), [], ['h1', 'h2'])
  expect(played.lines.indexOf('changed h2 run')).toBeLessThan(played.lines.indexOf('changed h1 run'))
})

test('an interrupted run does not wait', async () => {
  const since = performance.now()
  const playbook = playOf([START.replace(String(HOLD), '60'), WRITE, RUN])
  const played = await watch(playbook, [], ['h1'], {
    onEvent: (event, stop) => void (event.type === 'result' && event.task.name === 'write' && stop()),
  })
  expect(played.end.interrupted).toBe(true)
  expect(performance.now() - since).toBeLessThan(10_000)
})

test('what is kept secret stays so', async () => {
  const played = await watch(playOf([START.replace(/}$/, ', no_log: true }'), WRITE]), ['h1'])
  expect(played.results[2]).toMatchObject({ status: 'failed', noLog: true })
  expect(JSON.stringify(played.results[2])).not.toContain('out of luck')
})

test('only modules that put files in place, or look at them, go on meanwhile', () => {
  const beside = [...modules.values()].filter(({ files }) => files)
  expect(beside.map(({ name }) => name).sort()).toMatchInlineSnapshot(`
    [
      "assemble",
      "blockinfile",
      "copy",
      "download",
      "extract",
      "file",
      "find",
      "get_url",
      "ini_file",
      "lineinfile",
      "replace",
      "slurp",
      "stat",
      "symlink",
      "template",
      "unarchive",
    ]
  `)
  for (const module of beside)
    if (module.kind === 'state') expect(module.always ?? module.settle ?? module.service).toBeUndefined()
})

test('what always comes runs where a service of its block does not keep running', async () => {
  const played = await watch(
    playOf([`{ block: [ ${START}, ${WRITE} ], always: [ { name: more, debug: }, ${RUN} ] }`]),
    ['h1'],
  )
  expect(played.lines).toEqual([
    'changed h1 start',
    'changed h1 write',
    'failed h1 watch: start',
    'ok h1 more',
    'changed h1 run',
  ])
  expect(played.end.failed).toBe(true)
})

test('a rescue at the end of a handler is not for what was started before it', async () => {
  const handlers = `handlers:
    - name: all of it
      block: [ ${START}, ${WRITE}, { block: [ ${RUN} ], rescue: [ { name: rescue, debug: } ] } ]`
  const played = await watch(
    playOf(['{ name: notify, copy: { dest: /x, content: x }, notify: all of it }'], handlers),
    ['h1'],
  )
  expect(played.lines.slice(1)).toEqual(['changed h1 start', 'changed h1 write', 'failed h1 watch: start'])
  expect(played.end.recap.get('h1')).toMatchObject({ failed: 1, rescued: 0 })
})

test('handlers that run in any case do so where a service did not keep running', async () => {
  const handlers = `force_handlers: true
  handlers: [ { name: handle, command: "true" } ]`
  const played = await watch(playOf([START, WRITE.replace(/}$/, ', notify: handle }')], handlers), ['h1'])
  expect(played.lines.slice(2)).toEqual(['failed h1 watch: start', 'changed h1 handle'])
})

test('a handler is paid for when what it started has proved itself', async () => {
  const handlers = `handlers: [ { name: start, service: { name: zoo, state: restarted, hold: ${HOLD} } } ]`
  const first = playOf([WRITE.replace(/}$/, ', notify: start }')], handlers)
  const more = playOf(['{ name: more, copy: { dest: /etc/more, content: new } }'])
  const owed = ({ events }: Played): boolean =>
    events.some((event) => event.type === 'warning' && event.message.startsWith('start is owed on h1'))
  expect(owed(await watch(first + more, ['h1']))).toBe(true)
  expect(owed(await watch(first + more))).toBe(false)
  const anew = ['{ name: more, copy: { dest: /etc/more, content: new }, notify: start }', '{ name: fail, fail: }']
  expect(owed(await watch(first + playOf(anew, handlers)))).toBe(true)
})

const ON = (hosts: string, task: string, more = ''): string =>
  playOf([task], more).replace('hosts: all', `hosts: ${hosts}`)

test.each([
  ['on other hosts', ON('h2', RUN)],
  ['on other hosts that do not wait for each other', ON('h2', RUN, 'strategy: free')],
])('a play %s does not begin where nobody is left of the one before', async (_, later) => {
  const played = await watch(ON('h1', START) + later + ON('h1', WRITE), ['h1'], ['h1', 'h2'])
  expect(played.lines.filter((line) => line.includes('h2'))).toEqual([])
  expect(played.events.some(({ type }) => type === 'play-stopped')).toBe(true)
  expect(played.end.failed).toBe(true)
})

test.each([
  ['it', playOf([WRITE, RUN])],
  ['one behind it', ON('all', WRITE) + ON('h2', RUN)],
])('a play on more hosts begins, and %s ends where nobody is left of the first one', async (_, later) => {
  const played = await watch(ON('h1', START) + later, ['h1'], ['h1', 'h2'])
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'changed h2 write', 'failed h1 watch: start'])
  expect(played.events.filter(({ type }) => type === 'play-stopped')).toHaveLength(1)
  expect(played.end.recap.get('h2')).toMatchObject({ ok: 1, failed: 0 })
})

test('a play goes on with hosts that it took back', async () => {
  const block = `{ block: [ ${START}, ${WRITE} ], always: [ { meta: clear_host_errors } ] }`
  const played = await watch(playOf([block, RUN]) + playOf([RUN]), ['h1'])
  expect(played.lines.slice(2)).toEqual(['failed h1 watch: start', 'changed h1 run', 'changed h1 run'])
})

test.each(['strategy: free', 'max_fail_percentage: 20', 'serial: 1', 'gather_facts: true'])(
  'a play with %s begins when what the one before it started has proved itself',
  async (keyword) => {
    const tasks = [START.replace(/}$/, ', when: inventory_hostname == "h1" }'), WRITE]
    const later = playOf([WRITE, RUN]).replace('gather_facts: false', keyword)
    const played = await watch(
      playOf(tasks) +
        later.replace(
          'hosts: all',
          `hosts: all\n  ${keyword.startsWith('gather') ? 'order: inventory' : 'gather_facts: false'}`,
        ),
      ['h1'],
      ['h1', 'h2', 'h3'],
    )
    const { lines } = played
    expect(lines.filter((line) => line.endsWith('run'))).toEqual(['changed h2 run', 'changed h3 run'])
    expect(lines.findIndex((line) => line.startsWith('failed'))).toBe(6)
  },
)

test.each([
  ['works once for all hosts', WRITE.replace(/}$/, ', run_once: true }')],
  ['adds a host', '{ name: add, add_host: { name: h9 } }'],
  ['looks until it is so', '{ name: look, stat: { path: /etc }, register: r, until: r is success, retries: 1 }'],
  ['gathers facts', '{ name: facts, setup: }'],
])('what %s waits for it', async (_, task) => {
  const played = await watch(playOf([START, WRITE, task, RUN]), ['h1'], ['h1', 'h2'])
  expect(played.lines.slice(2, 6)).toEqual([
    'changed h1 write',
    'changed h2 write',
    'failed h1 watch: start',
    expect.stringContaining(' h2 ') as unknown,
  ])
})

test('what is looked up elsewhere may be about it, and waits', async () => {
  const times: number[] = []
  const look = `{ name: look, set_fact: { x: "{{ lookup('url', 'http://h1') }}" } }`
  const played = await watch(playOf([START, WRITE, look]), [], ['h1'], {
    fetch: () => {
      times.push(performance.now())
      return Promise.resolve('here')
    },
    onEvent: ({ type }) => void (type === 'task-start' && times.push(performance.now())),
  })
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'ok h1 look'])
  const [start = NaN, , , fetched = NaN] = times
  expect(fetched - start).toBeGreaterThan(HOLD * 990)
})

test('a host that is away by then is told of once', async () => {
  const h1 = fakeHost({ units: { 'zoo.service': {} } })
  const away = new KplayError('UNREACHABLE', 'gone')
  const units = {
    get: () => {
      throw away
    },
  }
  const played = await play({
    playbook: playOf([START, '{ name: away, copy: { dest: /away, content: x }, vars: { ansible_host: gone } }']),
    kept: new Map([['h1', h1]]),
    hosts: { gone: 'unreachable' },
    onEvent: (event) =>
      void (
        event.type === 'result' &&
        event.task.name === 'start' &&
        Object.defineProperty(h1.machine, 'units', units)
      ),
  })
  expect(played.lines).toEqual(['changed h1 start', 'unreachable h1 away'])
  expect(played.end.recap.get('h1')).toMatchObject({ unreachable: 1, failed: 0 })
})
