import { describe, expect, it } from 'vitest'
import { KnownFacts, type FactCache } from '../../engine/run/known-facts.ts'
import type { Value } from '../../engine/value.ts'

const named = (facts: KnownFacts, inject = true): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...facts.vars(inject)].map(([name, { value }]) => [name, value]))

it('facts are variables by their names, and by those without prefix in ansible_facts', () => {
  const facts = new KnownFacts('h1')
  facts.learn([
    ['ansible_system', 'Linux'],
    ['packages', ['x']],
    ['ansible_local', 'mine'],
  ])
  const inside = new Map<string, Value>([
    ['system', 'Linux'],
    ['packages', ['x']],
    ['local', 'mine'],
    ['ansible_local', 'mine'],
  ])
  expect(named(facts)).toEqual({
    ansible_system: 'Linux',
    packages: ['x'],
    ansible_local: 'mine',
    ansible_facts: inside,
  })
  expect(named(facts, false)).toEqual({ ansible_local: 'mine', ansible_facts: inside })
})

it('there is always ansible_facts', () => {
  expect(named(new KnownFacts('h1'))).toEqual({ ansible_facts: new Map() })
})

describe('a fact never says how its host is reached', () => {
  it.each([
    'ansible_host ansible_user ansible_port ansible_connection ansible_password ansible_ssh_common_args',
    'ansible_become ansible_become_password ansible_become_exe ansible_python_interpreter ansible_shell_executable',
    'ansible_local_x ansible_docker_extra_args inventory_hostname group_names _ansible_internal',
  ])('%s', (names) => {
    const facts = new KnownFacts('h1')
    facts.learn(names.split(' ').map((name) => [name, 'stolen']))
    expect(named(facts)).toEqual({ ansible_facts: new Map() })
  })

  it.each(['ansible_ssh_host_key_ed25519_public', 'ansible_docker_gwbridge', 'ansible_user_id', 'ansible_hostname'])(
    'but %s is one',
    (name) => {
      const facts = new KnownFacts('h1')
      facts.learn([[name, 'x']])
      expect(named(facts)[name]).toBe('x')
    },
  )
})

it('what a scope holds does not change when more is learnt', () => {
  const facts = new KnownFacts('h1')
  facts.learn([['a', 1]])
  const before = facts.vars(true)
  expect(facts.vars(true)).toBe(before)
  facts.learn([['a', 2]])
  expect(before.get('a')?.value).toBe(1)
  expect(facts.vars(true).get('a')?.value).toBe(2)
})

it('the cache is read when somebody looks, written when something is learnt, and forgets with the host', () => {
  const told: string[] = []
  const cache: FactCache = {
    read: (host) => {
      told.push(`read ${host}`)
      return new Map<string, Value>([
        ['_ansible_facts_gathered', true],
        ['old', 1],
      ])
    },
    write: (host, facts) => told.push(`write ${host} ${[...facts.keys()].join(' ')}`),
    forget: (host) => told.push(`forget ${host}`),
  }
  const facts = new KnownFacts('h1', cache)
  expect(told).toEqual([])
  expect(facts.gathered).toBe(true)
  facts.learn([['new', 2]])
  facts.forget()
  expect(facts.gathered).toBe(false)
  expect(facts.vars(true).size).toBe(1)
  expect(told).toEqual(['read h1', 'write h1 _ansible_facts_gathered old new', 'forget h1'])
})

it('only gathering counts as gathered', () => {
  const facts = new KnownFacts('h1')
  facts.learn([['made', 1]])
  expect(facts.gathered).toBe(false)
  facts.learn([['ansible_system', 'Linux']], { gathered: true })
  expect(facts.gathered).toBe(true)
})
