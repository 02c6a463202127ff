import { describe, expect, it } from 'vitest'
import { prepare } from '../../../engine/kplay.ts'
import { modules } from '../../../engine/modules/index.ts'
import type { Explanation } from '../../../engine/model.ts'
import { renderExplanation } from '../../../engine/report/explanation.ts'
import { explainVariable } from '../../../engine/run/explain/explain.ts'
import { viewpointsOf } from '../../../engine/run/explain/standings.ts'
import { stillRun } from '../../../engine/run/explain/still.ts'
import { painter } from '../../../engine/report/style.ts'
import { fakeLocal } from '../../support/fake-local.ts'
import { memoryFiles, requestOf } from '../../support/run-harness.ts'

const FILES: Readonly<Record<string, string>> = {
  '/project/hosts.ini': '[web]\nh1 port=80 size="{{ base + 1 }}"\nh2\n\n[web:vars]\nport=70\n',
  '/project/group_vars/all/one.yml':
    'base: 1\nsecret_url: "http://u:{{ ansible_password }}@x"\nansible_password: hunter2\n',
  '/project/host_vars/h1.yml': 'url: "http://{{ inventory_hostname }}:{{ port }}/{{ nobody }}"\n',
  '/project/roles/r/defaults/main.yml': 'port: 1\nmode: fast\n',
  '/project/roles/r/tasks/main.yml': '- { name: see, debug: { msg: x }, vars: { mode: slow } }\n',
  '/project/site.yml': `
- name: first
  hosts: h1
  vars: { mode: play }
  vars_prompt: [{ name: asked }]
  roles: [{ role: r, param: 1 }]
  tasks:
    - name: later
      set_fact: { mode: set, made: 1 }
    - name: looked
      command: ls
      register: mode
    - { name: quiet, debug: { msg: x }, no_log: true, vars: { token: abcdef } }
- name: second
  hosts: web
  tasks: []
`,
}

interface Asked {
  readonly host?: string
  readonly task?: string
  readonly extraVars?: readonly string[]
  readonly playbook?: false
}

function explain(name: string, { host = 'h1', task, extraVars = [], playbook }: Asked = {}): readonly Explanation[] {
  const files = memoryFiles(FILES)
  const request = requestOf({ playbook: '', request: { extraVars, inventory: ['/project/hosts.ini'] } })
  const prepared = prepare(playbook === false ? { ...request, playbooks: [] } : request, files, modules)
  const still = stillRun(prepared, prepared.options, '/project', {
    registry: modules,
    emit: () => undefined,
    filesFor: () => ({ readText: files.readText, glob: () => [], resolve: () => undefined, env: () => undefined }),
    local: () => fakeLocal(),
    readVars: () => new Map(),
  })
  const state = still.host(host)
  return explainVariable(name, host, viewpointsOf(state, still.plays, still.context, task), (text) => text)
}

/** `level place written` of each definition, the weakest first. */
const defined = (name: string, asked?: Asked): readonly string[] =>
  explain(name, asked)[0]?.definitions.map(({ level, place, written }) => {
    const where = place ? `${place.file.replace('/project/', '')}:${place.line}:${place.column}` : '-'
    return `${level ?? ''} ${where} ${JSON.stringify(written)}`
  }) ?? []

describe('every definition has its place', () => {
  it.each<[string, Asked, readonly string[]]>([
    ['port', { playbook: false }, ['3 hosts.ini:6:1 70', '8 hosts.ini:2:4 80']],
    ['port', {}, ['2 roles/r/defaults/main.yml:1:7 1', '3 hosts.ini:6:1 70', '8 hosts.ini:2:4 80']],
    ['base', {}, ['5 group_vars/all/one.yml:1:7 1']],
    [
      'mode',
      { task: 'r : see' },
      ['2 roles/r/defaults/main.yml:2:7 "fast"', '12 site.yml:4:17 "play"', '17 roles/r/tasks/main.yml:1:49 "slow"'],
    ],
    ['param', { task: 'see' }, ['20 site.yml:6:22 1']],
    ['base', { extraVars: ['other=1 base=2'] }, ['5 group_vars/all/one.yml:1:7 1', '22 -e:1:9 "2"']],
    ['inventory_hostname', {}, ['8 - "h1"']],
  ])('%s %j', (name, asked, want) => {
    expect(defined(name, asked)).toEqual(want)
  })
})

it('the value is rendered, and what it is built from is told with it', () => {
  const [size] = explain('size')
  expect(size?.value).toBe(2)
  expect(size?.uses).toMatchObject([{ name: 'base', value: 1, definition: { level: 5 }, uses: [] }])
})

it('a value that cannot be had is an error that names what is missing', () => {
  const [url] = explain('url')
  expect(url?.value).toBeUndefined()
  expect(url?.error?.message).toContain('nobody')
  expect(url?.uses.map(({ name, value }) => [name, value])).toEqual([
    ['inventory_hostname', 'h1'],
    ['port', 80],
    ['nobody', undefined],
  ])
})

it('plays that see the same are told together, others apart', () => {
  expect(explain('base').map(({ where }) => where)).toEqual([['play first', 'play second']])
  expect(explain('mode').map(({ where, value }) => [where, value])).toEqual([
    [['play first'], 'play'],
    [['play second'], undefined],
  ])
})

it('what sets it while the play runs is told with its place', () => {
  expect(explain('mode')[0]?.setters.map(({ level, by, place }) => `${level} ${by} ${place.line}`)).toEqual([
    '19 set_fact of later 8',
    '19 register of looked 10',
  ])
  expect(explain('made')[0]).toMatchObject({ definitions: [], setters: [{ by: 'set_fact of later' }] })
  expect(explain('asked')[0]?.setters).toMatchObject([{ level: 13, by: 'vars_prompt' }])
})

it('secrets are masked: passwords, and the variables of a task with no_log, also inside others', () => {
  expect(explain('ansible_password')[0]).toMatchObject({ value: '********', definitions: [{ written: '********' }] })
  expect(explain('secret_url')[0]?.value).toBe('http://u:********@x')
  expect(explain('token', { task: 'quiet' })[0]?.value).toBe('********')
  expect(JSON.stringify([explain('secret_url'), explain('token', { task: 'quiet' })])).not.toMatch(/hunter2|abcdef/)
})

describe('what cannot be explained is refused with what is near', () => {
  it.each<[string, Asked, string, string | undefined]>([
    ['prot', {}, 'nobody defines the variable prot', 'did you mean port?'],
    ['ansible_distribution', {}, 'nobody defines the variable ansible_distribution', 'facts are known here only from'],
    ['port', { host: 'h3' }, 'there is no host h3', 'did you mean h1?'],
    ['port', { task: 'latter' }, 'no play for h1 has a task latter', 'did you mean later?'],
  ])('%s %j', (name, asked, message, hint) => {
    let caught: unknown
    try {
      explain(name, asked)
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({ message: expect.stringContaining(message) as string })
    expect((caught as { hint?: string }).hint ?? '').toContain(hint)
  })
})

it('reads well', () => {
  const [size] = explain('size')
  if (!size) throw new Error('nothing was explained')
  const text = renderExplanation(size, { readText: () => undefined, folder: '/project' }, painter(false))
  expect(text).toMatchInlineSnapshot(`
    "size on h1  play first; play second
      2
      defined by, the strongest last:
        → level 8  host h1  hosts.ini:2:12  "{{ base + 1 }}"
      built from:
        base  = 1  group_vars/all of the playbook  group_vars/all/one.yml:1:7"
  `)
})
