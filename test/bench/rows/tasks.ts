import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { host } from '../../lab/host.ts'
import type { Bench } from '../bench.ts'
import { writeInventory } from '../inventory.ts'
import type { Member } from '../inventory.ts'
import { benchText } from '../places.ts'
import { timed } from '../race.ts'
import type { Contender } from '../race.ts'
import { batchedQuestions, makeTasks, plainQuestions, playbookOf } from '../tasks.ts'
import type { Task } from '../tasks.ts'
import type { Job, Name } from '../tools.ts'
import type { RowMaker } from './row.ts'
import { simulate } from './simulated.ts'

/** So many tasks on these hosts, done once before: what is measured finds nothing to change. */
async function contendersOn(
  bench: Bench,
  members: readonly Member[],
  tasks: readonly Task[],
  forks: number,
  names: Readonly<Partial<Record<Name, number>>>,
): Promise<Contender[]> {
  const label = `${tasks.length}x${members.length}`
  const inventory = await writeInventory(bench.folder, label, { many: members })
  const playbook = join(bench.folder, `${label}.json`)
  await writeFile(playbook, playbookOf(tasks, 'many'))
  const job: Job = { inventory, playbook, deploy: benchText('content/tasks.py'), told: { tasks }, forks }
  await timed({ folder: bench.folder, python: bench.peers.python }, await bench.tools.contender('kplay', job))
  const tools = Object.entries(names).map(async ([name, rounds]) => ({
    ...(await bench.tools.contender(name as Name, job)),
    rounds,
  }))
  const floor = (name: string, scripts: (member: Member) => readonly string[]): Promise<Contender> => {
    const hosts = members.map((member) => ({ ...member, scripts: scripts(member) }))
    return bench.tools.floor(name, { hosts, noDelay: true, strict: true, openings: Math.min(50, forks) })
  }
  return [
    ...(await Promise.all(tools)),
    await floor('plain script', ({ name }) => plainQuestions(tasks, name)),
    await floor('batched script', ({ name }) => [batchedQuestions(tasks, name)]),
  ]
}

const often = Infinity

export const tasks: readonly RowMaker[] = [
  {
    id: 'd',
    open: async (bench) => {
      await bench.boot(['ansible1'])
      const members = [{ name: 'one', address: host('ansible1').address, port: 22, guest: 'ansible1' }]
      const names = { kplay: often, ansible: often, pipelining: often, mitogen: often, pyinfra: often }
      return {
        title: '100 tasks × 1 host, nothing to change',
        contenders: await contendersOn(bench, members, makeTasks(100), 5, names),
      }
    },
  },
  {
    id: 'e',
    open: async (bench) => {
      const members = await simulate(bench, 200)
      // Ansible takes many minutes.
      const names = { kplay: often, pipelining: 1, mitogen: 2, pyinfra: 2 }
      return {
        title: '30 tasks × 200 simulated hosts, 50 at once, nothing to change',
        contenders: await contendersOn(bench, members, makeTasks(30), 50, names),
      }
    },
  },
  {
    id: '500',
    open: async (bench) => {
      const members = await simulate(bench, 500)
      return {
        title: '30 tasks × 500 simulated hosts, all at once, nothing to change',
        contenders: await contendersOn(bench, members, makeTasks(30), 500, { kplay: often }),
      }
    },
  },
]
