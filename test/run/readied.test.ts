import { expect, test } from 'vitest'
import type { Event } from '../../engine/events.ts'
import { fakeHost, type FakeHost } from '../support/fake-host.ts'
import { play, type Played, type PlaySetup } from '../support/run-harness.ts'

const HOLD = 0.3

const START = `{ name: start, service: { name: zoo, state: started, hold: ${HOLD} } }`
const WRITE = '{ name: write, copy: { dest: /etc/conf, content: new } }'
const OTHER = '{ name: other, service: { name: other, state: started, enabled: true, hold: 0 }, register: it }'
const TELL = '{ name: tell, debug: { msg: "{{ it.changed }} {{ it.enabled }}" } }'

interface Readied extends Played {
  /** Steps on h1, each with the milliseconds since the first service was told to start. */
  readonly steps: readonly (readonly [step: string, at: number])[]
}

/** Plays tasks on hosts, of which some lose the first service as soon as it was started. */
async function ready(
  tasks: readonly string[],
  { dying = [], names = ['h1'], more = '', ...setup }: Partial<PlaySetup> & Setting = {},
): Promise<Readied> {
  const canned = { units: { 'zoo.service': {}, 'other.service': {} } }
  const kept = new Map(names.map((name): [string, FakeHost] => [name, fakeHost(canned)]))
  const times: number[] = []
  const told = kept.get('h1')?.told as unknown as { push(step: unknown): number }
  const push = told.push.bind(told)
  told.push = (step) => {
    times.push(performance.now())
    return push(step)
  }
  const onEvent = (event: Event): void => {
    if (event.type !== 'result' || event.task.name !== 'start' || !dying.includes(event.result.host)) return
    const units = kept.get(event.result.host)?.machine.units
    const zoo = units?.get('zoo.service')
    if (zoo) units?.set('zoo.service', { ...zoo, active: 'failed', sub: 'failed', mainPid: 0 })
  }
  const playbook = `
- hosts: all
  gather_facts: false
  ${more}
  tasks:
${tasks.map((task) => `    - ${task}`).join('\n')}`
  const files = { '/project/hosts.yml': `all: { hosts: { ${names.map((name) => `${name}: `).join(', ')} } }` }
  const played = await play({ playbook, kept, files, onEvent, ...setup })
  const steps = (kept.get('h1')?.told ?? []).map((step, index) => {
    const text = step.kind === 'run' ? step.command.text : step.kind === 'write' ? `write ${step.path}` : step.kind
    return [text, (times[index] ?? NaN) - (times[0] ?? NaN)] as const
  })
  return { ...played, steps }
}

interface Setting {
  readonly dying?: readonly string[]
  readonly names?: readonly string[]
  readonly more?: string
}

const EARLY = HOLD * 900
const at = ({ steps }: Readied, what: string): number => steps.find(([step]) => step.includes(what))?.[1] ?? NaN
const warnings = ({ events }: Played): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))

test('a service is enabled while another one is watched, and started when that has proved itself', async () => {
  const played = await ready([START, WRITE, OTHER, TELL])
  expect(played.steps.map(([step]) => step)).toEqual([
    'systemctl start -- zoo',
    'write /etc/conf',
    'systemctl enable -- other',
    'systemctl start -- other',
  ])
  expect(at(played, 'enable')).toBeLessThan(EARLY)
  expect(at(played, 'start -- other')).toBeGreaterThan(EARLY)
  expect(played.lines).toEqual(['changed h1 start', 'changed h1 write', 'changed h1 other', 'ok h1 tell'])
  expect(played.results[2]).toMatchObject({
    changes: [{ key: 'enabled', from: 'disabled', to: 'enabled' }, { key: 'state' }],
    steps: ['systemctl enable -- other', 'systemctl start other'],
    values: { enabled: true },
  })
  expect(played.results[3]?.message).toBe('True True')
  expect(warnings(played)).toEqual([])
})

test('what was done while it had to wait is a change, also where nothing is left to be done', async () => {
  const enable = OTHER.replace('state: started, ', '')
  const played = await ready([START, WRITE, enable, TELL])
  expect(at(played, 'enable')).toBeLessThan(EARLY)
  expect(played.lines[2]).toBe('changed h1 other')
  expect(played.results[3]?.message).toBe('True True')
  expect(played.end.recap.get('h1')).toMatchObject({ ok: 4, changed: 3, failed: 0 })
})

test('it is not started where the one before did not keep running, and what was done is told', async () => {
  const played = await ready([START, WRITE, OTHER], { dying: ['h1'], names: ['h1', 'h2'] })
  expect(played.steps.map(([step]) => step)).toEqual([
    'systemctl start -- zoo',
    'write /etc/conf',
    'systemctl enable -- other',
  ])
  expect(played.lines.slice(4)).toEqual(['failed h1 watch: start', 'changed h2 other'])
  expect(warnings(played)).toEqual(['h1: begun ahead of a task that it did not come to: systemctl enable -- other'])
  expect(played.end.recap.get('h1')).toMatchObject({ failed: 1 })
})

test.each<[string, string, Setting & Partial<PlaySetup>]>([
  ['is started on a condition that does not hold', OTHER.replace(/}$/, ', when: false }'), {}],
  ['is one of a loop', OTHER.replace(/}$/, ', loop: [1] }'), {}],
  ['may fail', OTHER.replace(/}$/, ', ignore_errors: true }'), {}],
  ['fails for all', OTHER, { more: 'any_errors_fatal: true' }],
  ['is tried again', OTHER.replace(/}$/, ', until: it is success, retries: 1 }'), {}],
  ['is started elsewhere', OTHER.replace(/}$/, ', delegate_to: h1 }'), {}],
  ['notifies', OTHER.replace(/}$/, ', notify: never }'), { more: 'handlers: [ { name: never, debug: } ]' }],
  ['is nobody to know of', OTHER.replace(/}$/, ', no_log: true }'), {}],
  ['stands in a block with a rescue', `{ block: [ ${OTHER} ], rescue: [ ${WRITE} ] }`, {}],
])('what %s is not done before its turn', async (_, other, setup) => {
  const played = await ready([START, WRITE, other], setup)
  const enabled = at(played, 'enable')
  if (!Number.isNaN(enabled)) expect(enabled).toBeGreaterThan(EARLY)
  expect(played.end.failed).toBe(false)
})

test('it does what it is told to when its turn comes, and tells of what was done for another', async () => {
  const both = '{{ ansible_play_hosts | length == 2 }}'
  const other = OTHER.replace('enabled: true', `enabled: "${both}"`)
  const played = await ready([START, WRITE, other], { dying: ['h2'], names: ['h1', 'h2'] })
  expect(played.steps.map(([step]) => step).slice(2)).toEqual([
    'systemctl enable -- other',
    'systemctl disable -- other',
    'systemctl start -- other',
  ])
  expect(played.results.at(-1)).toMatchObject({
    host: 'h1',
    steps: ['systemctl disable -- other', 'systemctl start other'],
  })
  expect(warnings(played)).toHaveLength(2)
})

test('it looks again when its turn comes', async () => {
  const host = fakeHost({ units: { 'zoo.service': {}, 'other.service': { active: 'active', sub: 'running' } } })
  const onEvent = (event: Event): void => {
    if (event.type !== 'result' || event.task.name !== 'write') return
    // What was running when it was readied is not, later on.
    setTimeout(() => {
      const other = host.machine.units.get('other.service')
      if (other) host.machine.units.set('other.service', { ...other, active: 'failed', sub: 'failed', mainPid: 0 })
    }, HOLD * 500)
  }
  const played = await ready([START, WRITE, OTHER], { kept: new Map([['h1', host]]), onEvent })
  expect(played.lines.at(-1)).toBe('changed h1 other')
  expect(played.results.at(-1)?.steps).toEqual(['systemctl enable -- other', 'systemctl start other'])
})

test('the unit files are read once, also where a task always wants that', async () => {
  const played = await ready([START, WRITE, OTHER.replace('enabled: true', 'enabled: true, daemon_reload: true')])
  expect(played.steps.map(([step]) => step).slice(2)).toEqual(['systemctl enable -- other', 'systemctl start -- other'])
})

test('where no host is left that started something, those of the next play are told of what was done', async () => {
  const names = ['h1', 'h2']
  const kept = new Map(names.map((name) => [name, fakeHost({ units: { 'zoo.service': {}, 'other.service': {} } })]))
  const onEvent = (event: Event): void => {
    const units = kept.get('h1')?.machine.units
    const zoo = units?.get('zoo.service')
    if (event.type === 'result' && event.task.name === 'start' && zoo)
      units?.set('zoo.service', { ...zoo, active: 'failed', sub: 'failed', mainPid: 0 })
  }
  const playbook = `
- { hosts: h1, gather_facts: false, tasks: [ ${START}, ${WRITE} ] }
- { hosts: all, gather_facts: false, tasks: [ ${WRITE}, ${OTHER} ] }`
  const files = { '/project/hosts.yml': 'all: { hosts: { h1: , h2: } }' }
  const played = await play({ playbook, kept, files, onEvent })
  const enabled = names.filter((name) => kept.get(name)?.machine.units.get('other.service')?.enabled === 'enabled')
  expect(enabled).toContain('h2')
  expect(warnings(played).map((message) => message.slice(0, 2))).toEqual(enabled)
})

test('no command is run, and nothing is waited for, before its turn', async () => {
  for (const task of [
    '{ name: run, command: "true" }',
    '{ name: other, service: { name: other, state: restarted, hold: 0 } }',
    '{ name: wait, wait_for: { path: /etc/conf } }',
  ]) {
    const played = await ready([START, WRITE, task])
    const late = played.steps.filter(([step]) => !/zoo|conf/.test(step))
    for (const [step, time] of late) expect([step, time > EARLY]).toEqual([step, true])
    expect(played.lines).toHaveLength(3)
  }
})

test('one that cannot be enabled is told once, when its turn comes', async () => {
  const units = { 'zoo.service': {}, 'other.service': {} }
  const host = fakeHost({ units, ran: { 'systemctl enable -- other': { code: 1, stderr: 'no' } } })
  const played = await ready([START, WRITE, OTHER], { kept: new Map([['h1', host]]) })
  expect(host.told.map((step) => (step.kind === 'run' ? step.command.text : ''))).toEqual([
    'systemctl start -- zoo',
    '',
    'systemctl enable -- other',
    'systemctl enable -- other',
  ])
  expect(played.lines[2]).toBe('failed h1 other')
  expect(played.end.recap.get('h1')).toMatchObject({ failed: 1 })
  expect(warnings(played)).toEqual([])
})
