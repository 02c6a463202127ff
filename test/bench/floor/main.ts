import { readFileSync } from 'node:fs'
import pLimit from 'p-limit'
import { openShell } from './shell.ts'
import type { Place } from './shell.ts'

/** What the bare script is told, in a file whose name is its only argument. */
export interface Orders {
  readonly hosts: readonly (Place & {
    /** Sent at once; the answers come one after the other. */
    readonly scripts: readonly string[]
  })[]
  readonly key: string
  /** Small packets go at once, as ssh2 does not send them by itself. */
  readonly noDelay: boolean
  /** Connections that are made at once. */
  readonly openings: number
  /** Whether a script that fails is a failure. */
  readonly strict: boolean
}

const orders = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Orders

const limit = pLimit(orders.openings)
const failed = await Promise.all(
  orders.hosts.map(async (place) => {
    const shell = await limit(() => openShell(place, orders.key, orders.noDelay))
    const answers = await Promise.all(place.scripts.map((script) => shell.run(script)))
    shell.close()
    return answers.filter(({ code }) => code !== 0).length
  }),
)
console.log(`answers that were not 0: ${failed.join(' ')}`)
if (orders.strict && failed.some(Boolean)) process.exitCode = 1
