import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import type { Inventory } from '../inventory.ts'
import { benchProgram } from '../places.ts'
import { makeTasks, playbookOf } from '../tasks.ts'
import type { RowMaker } from './row.ts'

const HOSTS = 10_000
const GROUPS = 20

/** Each host on its own line, with three variables. */
function inventoryText(): string {
  const lines = Array.from({ length: GROUPS }, (_, group) => [
    `[group${group + 1}]`,
    ...Array.from({ length: HOSTS / GROUPS }, (_, index) => {
      const number = (group * HOSTS) / GROUPS + index + 1
      const address = `10.${200 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
      return `host${number} ansible_host=${address} rack=${number % 40} service_port=${9000 + (number % 100)}`
    }),
    '',
  ])
  return lines.flat().join('\n')
}

/** `--list-tasks`: pyinfra and Mitogen have nothing like it, and pipelining nothing to do. */
export const list: readonly RowMaker[] = [
  {
    id: 'g',
    open: async (bench: Bench) => {
      const [file, playbook] = [join(bench.folder, 'large.ini'), join(bench.folder, 'large.json')]
      const tasks = makeTasks(100)
      await writeFile(file, inventoryText())
      await writeFile(playbook, playbookOf(tasks, 'all'))
      const inventory: Inventory = { groups: {}, members: [], file, knownHosts: '/dev/null' }
      const job = { inventory, playbook, forks: 5, listTasks: true }
      const [kplay, ansible] = await Promise.all([
        bench.tools.contender('kplay', job),
        bench.tools.contender('ansible', job),
      ])
      const check = ({ output }: { readonly output: string }): void => {
        if (!output.includes(`${tasks.at(-1)?.kind} ${tasks.length - 1}`)) throw new Error(`not listed: ${output}`)
      }
      const floor = {
        name: 'bare script: reads both files',
        command: [process.execPath, benchProgram('floor/list.js'), file, playbook],
        cwd: bench.folder,
        env: {},
      }
      const { trips: _, ...counted } = kplay
      return {
        title: `--list-tasks: ${HOSTS} hosts in ${GROUPS} groups, ${tasks.length} tasks`,
        contenders: [counted, ansible, floor].map((contender) => ({ ...contender, check })),
      }
    },
  },
]
