import { readFileSync } from 'node:fs'
import { batchedQuestions, installation, plainQuestions } from './guide.ts'
import { openShell } from './shell.ts'
import type { Place } from './shell.ts'

/** What the bare script is told, in a file whose name is its only argument. */
export interface Orders {
  readonly work: 'plain' | 'batched' | 'install' | 'tasks'
  readonly hosts: readonly (Place & { readonly archives: readonly string[]; readonly settle: number })[]
  readonly key: string
  readonly sums: Readonly<Record<string, string>>
  readonly mirror: string
  /** The questions of `tasks`, one process each. */
  readonly questions?: readonly string[]
}

const orders = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Orders

function scriptsFor({ archives, settle }: Orders['hosts'][number]): readonly string[] {
  switch (orders.work) {
    case 'plain':
      return plainQuestions(archives)
    case 'batched':
      return [batchedQuestions(archives)]
    case 'install':
      return [installation(orders.mirror, new Map(archives.map((name) => [name, orders.sums[name] ?? ''])), settle)]
    case 'tasks':
      return orders.questions ?? []
  }
}

const failed = await Promise.all(
  orders.hosts.map(async (place) => {
    // The reference's plain script leaves ssh2 as it comes.
    const shell = await openShell(place, orders.key, orders.work !== 'plain')
    const answers = await Promise.all(scriptsFor(place).map((script) => shell.run(script)))
    shell.close()
    return answers.filter(({ code }) => code !== 0).length
  }),
)
console.log(`answers that were not 0: ${failed.join(' ')}`)
if (orders.work === 'install' && failed.some(Boolean)) process.exitCode = 1
