import { expect, test } from 'vitest'
import { Turns } from '../../engine/run/turns.ts'
import { play } from '../support/run-harness.ts'

test('at one machine one works after the other, at two at the same time', async () => {
  const turns = new Turns()
  const told: string[] = []
  const work = (machine: string, name: string): Promise<string> =>
    turns.at(machine).alone(async () => {
      told.push(`${name} begins`)
      await Promise.resolve()
      if (name === 'b') throw new Error('b fails')
      told.push(`${name} ends`)
      return name
    })
  const all = await Promise.allSettled([work('one', 'a'), work('one', 'b'), work('one', 'c'), work('two', 'd')])
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(told.slice(0, 2)).toEqual(['a begins', 'd begins'])
  expect(told.filter((line) => !line.startsWith('d'))).toEqual(['a begins', 'a ends', 'b begins', 'c begins', 'c ends'])
  expect([turns.at('one').taken(), turns.at('two').taken(), turns.at('three').taken()]).toEqual([3, 1, 0])
})

const hosts = Array.from({ length: 12 }, (_, at) => `h${at}`)
const inventory = `all: { hosts: { ${hosts.map((name) => `${name}:`).join(', ')}, keeper: } }`

test.each([true, false])(
  'many hosts write lines into one file of one machine, none is lost (check: %s)',
  async (check) => {
    const playbook = `
- hosts: all:!keeper
  gather_facts: false
  tasks:
    - { name: own, lineinfile: { path: /srv/list, create: true, line: "{{ inventory_hostname }}" }, delegate_to: keeper }
    - { name: same, lineinfile: { path: /srv/list, line: all }, delegate_to: keeper }
    - { name: folder, file: { path: /srv/folder, state: directory }, delegate_to: keeper }`
    const { lines, hosts: machines } = await play({
      playbook,
      files: { '/project/hosts.yml': inventory },
      options: { check, forks: 20 },
    })
    const changed = (name: string): number =>
      lines.filter((line) => line.startsWith('changed') && line.endsWith(name)).length
    expect(lines.filter((line) => line.startsWith('failed'))).toEqual([])
    expect([changed('own'), changed('same'), changed('folder')]).toEqual([hosts.length, 1, 1])
    const written = machines.get('keeper')?.machine.files.bytes('/srv/list')?.toString().trim().split('\n').sort()
    if (!check) expect(written).toEqual([...hosts, 'all'].sort())
  },
)
