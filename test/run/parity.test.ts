import fc from 'fast-check'
import { expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const path = fc.constantFrom('/srv/a', '/srv/b', '/srv/a/x', '/srv/b/y', '/srv/link', '/srv/link/x', '/etc/conf')
const mode = fc.constantFrom('"0644"', '"0600"', '"0755"', 'u+x', '"a+rX,o-w"', '"u=rwX,g=rX,o="')
/** Nobody has the last one unless a task makes it. */
const name = fc.constantFrom('root', '0', 'kafka', 'zoo')
const words = (given: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(given)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
    .join(', ')
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const attributes = fc.record({ mode: some(mode), owner: some(name), group: some(name) })
const yes = some(fc.constant('true'))

/** One task of a random play, as YAML. */
const task = fc.oneof(
  fc
    .record({ path, attributes, recurse: yes })
    .map(({ path, attributes, recurse }) => `file: { state: directory, ${words({ path, ...attributes, recurse })} }`),
  fc.record({ path }).map((given) => `file: { path: ${given.path}, state: absent }`),
  fc
    .record({ path, attributes, follow: some(fc.constant('false')) })
    .map(({ path, attributes, follow }) => `file: { ${words({ path, ...attributes, follow })} }`),
  fc
    .record({ path, attributes })
    .map(
      ({ path, attributes }) =>
        `file: { state: touch, access_time: preserve, modification_time: preserve, ${words({ path, ...attributes })} }`,
    ),
  fc
    .record({ path, src: path, state: fc.constantFrom('link', 'hard'), force: yes, attributes })
    .map(({ attributes, ...given }) => `file: { ${words({ ...given, ...attributes })} }`),
  fc
    .record({ dest: path, attributes, text: fc.constantFrom('one', 'two'), follow: yes })
    .map(({ text, attributes, ...given }) => `copy: { content: "${text}\\n", ${words({ ...given, ...attributes })} }`),
  fc
    .record({ src: path, dest: path, mode: some(mode), follow: yes })
    .map((given) => `copy: { remote_src: true, ${words(given)} }`),
  fc.record({ path, to: path }).map((given) => `symlink: { path: ${given.path}, target: ${given.to} }`),
  fc
    .record({ path, line: fc.constantFrom('a=1', 'a=2', 'b=1') })
    .map(
      (given) =>
        `lineinfile: { path: ${given.path}, regexp: "^${given.line[0] ?? ''}=", line: "${given.line}", create: true }`,
    ),
  fc
    .record({ path, block: fc.constantFrom('x', 'y') })
    .map((given) => `blockinfile: { path: ${given.path}, block: ${given.block}, create: true }`),
  fc
    .record({ value: fc.constantFrom('1', '2') })
    .map((given) => `sysctl: { name: vm.swappiness, value: "${given.value}" }`),
  fc
    .record({ name: fc.constantFrom('kafka', 'zoo'), state: fc.constantFrom('present', 'absent'), groups: some(name) })
    .map(({ groups, ...given }) => `user: { ${words({ ...given, groups, ...(groups && { append: 'true' }) })} }`),
  fc
    .record({ name: fc.constantFrom('kafka', 'zoo'), state: fc.constantFrom('present', 'absent') })
    .map((given) => `group: { ${words(given)} }`),
  // What is asked of predictions is answered as it will be.
  path.map((asked) => `stat: { path: ${asked} }, register: seen`),
  fc
    .record({ path, key: fc.constantFrom('exists', 'isdir', 'islnk') })
    .map((given) => `file: { path: ${given.path}, state: directory }, when: seen.stat.${given.key} | default(false)`),
)

const HOST = {
  files: { '/srv/a': { dir: true as const }, '/etc/conf': { content: 'a=1\n', mode: '0640', owner: 'kafka' } },
  accounts: { kafka: {} },
  sysctls: { 'vm.swappiness': '60' },
}

test('a dry run names the tasks that the real run changes, and where that one fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 8 }), async (tasks) => {
      const list = tasks.map((text, index) => `    - { name: t${index}, ${text}, ignore_errors: true, notify: h }`)
      const playbook = [
        '- hosts: all',
        '  gather_facts: false',
        '  vars: { seen: { stat: {} } }',
        '  tasks:',
        ...list,
        '  handlers:',
        '    - { name: h, file: { path: /srv/handled, state: touch } }',
      ].join('\n')
      const checked = await play({ playbook, hosts: { h1: HOST }, options: { check: true } })
      expect(checked.hosts.get('h1')?.told ?? []).toEqual([])
      const real = await play({ playbook, hosts: { h1: HOST } })
      expect(checked.lines).toEqual(real.lines)
    }),
    { numRuns: Number(process.env['CASES'] ?? 100) },
  )
})

test('looking ahead alters nothing that a run does', async () => {
  const wrapped = fc.record({
    tasks: fc.array(task, { minLength: 1, maxLength: 4 }),
    how: fc.constantFrom('plain', 'loop', 'block', 'delegated', 'once', 'included', 'command', 'play'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(wrapped, { minLength: 1, maxLength: 4 }), fc.boolean(), async (parts, check) => {
      const setup = { ...playOf(parts), hosts: { h1: HOST, h2: HOST } }
      const run = async (lookAhead: number) => {
        const { events, hosts } = await play({ ...setup, options: { check, lookAhead } })
        return { events: lasting(events), told: lasting([...hosts].map(([name, { told }]) => [name, told])) }
      }
      const [none, far] = [await run(0), await run(256)]
      expect(far).toEqual(none)
    }),
    { numRuns: Number(process.env['CASES'] ?? 30) },
  )
}, 60_000)

/** Two hosts, and two names of the first one, through tasks that come as they are, in loops, blocks, includes … */
function playOf(parts: readonly { readonly tasks: readonly string[]; readonly how: string }[]) {
  const files: Record<string, string> = {
    '/project/hosts.yml': 'all: { hosts: { h1: , h2: , other: { ansible_host: h1 } } }',
  }
  const plays: string[][] = [[]]
  for (const [part, { tasks, how }] of parts.entries()) {
    if (how === 'play') plays.push([])
    plays.at(-1)?.push(...linesOf(tasks, how, part, files))
  }
  const playbook = plays
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => [
      `- hosts: ${index % 2 === 0 ? 'all' : 'h2'}`,
      '  gather_facts: false',
      '  vars: { seen: { stat: {} } }',
      '  tasks:',
      ...lines.map((line) => `    ${line}`),
      '  handlers:',
      '    - { name: h, file: { path: /srv/handled, state: touch } }',
    ])
  return { playbook: playbook.join('\n'), files }
}

function linesOf(tasks: readonly string[], how: string, part: number, files: Record<string, string>): string[] {
  const more = ({ delegated: ', delegate_to: h1', once: ', run_once: true' } as Record<string, string>)[how] ?? ''
  const looped = how === 'loop' ? ', loop: [1, 2]' : ''
  const own = tasks.map(
    (text, index) =>
      `- { name: t${part}.${index}, ${text}, ignore_errors: true, notify: h${more}${text.includes('register') ? '' : looped} }`,
  )
  if (how === 'block')
    return ['- block:', ...own.map((line) => `    ${line}`), '  always:', '    - meta: flush_handlers']
  if (how === 'command') return [...own, '- command: echo x']
  if (how !== 'included') return own
  files[`/project/part${part}.yml`] = own.join('\n')
  return [`- include_tasks: part${part}.yml`]
}

/** Without what tells the time. */
const lasting = (told: unknown): unknown =>
  JSON.parse(
    JSON.stringify(told, (key, value: unknown) => (MOMENTS.has(key) ? undefined : value)).replace(
      /\d{4}-\d\d-\d\dT[\d:]+Z/g,
      'then',
    ),
  )

const MOMENTS = new Set(['elapsed', 'start', 'end', 'delta', 'since', 'time'])

test('a second run of the same play changes nothing', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: a, file: { path: /srv/a/b/c, state: directory, mode: "0750" } }
    - { name: b, copy: { dest: /srv/a/b/c/d, content: "x", mode: "0600" } }
    - { name: c, symlink: { path: /srv/l, target: a/b } }
    - { name: d, lineinfile: { path: /etc/conf, regexp: "^a=", line: "a=3" } }
    - { name: again a, file: { path: /srv/a/b/c, state: directory, mode: "0750" } }
    - { name: again b, copy: { dest: /srv/a/b/c/d, content: "x", mode: "0600" } }
    - { name: again c, symlink: { path: /srv/l, target: a/b } }
    - { name: again d, lineinfile: { path: /etc/conf, regexp: "^a=", line: "a=3" } }`
  for (const check of [true, false]) {
    const { lines } = await play({ playbook, hosts: { h1: HOST }, options: { check } })
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...Array<string>(4).fill('changed'),
      ...Array<string>(4).fill('ok'),
    ])
  }
})
