import { createHash } from 'node:crypto'
import { synced } from './durable.ts'
import { ancestors, makeDir } from './actions.ts'
import { type Command, joined, sh } from './shell.ts'
import { stateFolder } from './stamp.ts'
import type { Reader } from './reader.ts'
import type { RunStep } from './step.ts'

/** A handler that a change asked for and that has not run yet, as it is written down on the host. */
export interface Owed {
  /** `role : name`, or the name of a handler of the play. */
  readonly handler: string
  /** When it came to be owed: ISO 8601, to the second, UTC. */
  readonly since: string
  /** The task that changed something. */
  readonly task: string
}

const FIRST_LINE = 'kplay-owed 1'

const folderIn = async (reader: Reader): Promise<string> => `${await stateFolder(reader)}/owed`

/** One file per handler, whoever notified it. */
const fileOf = (handler: string): string =>
  `${handler.replace(/[^\w.-]+/g, '_').slice(0, 40)}-${createHash('sha256').update(handler).digest('hex').slice(0, 16)}`

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

function textOf({ handler, since, task }: Owed): string {
  return `${FIRST_LINE}\nhandler ${oneLine(handler)}\nsince ${since}\ntask ${oneLine(task)}\n`
}

function parseOwed(text: string): Owed | undefined {
  const [, handler, since, task] = /^kplay-owed 1\nhandler (.+)\nsince (\S+)\ntask (.*)\n$/.exec(text) ?? []
  return handler === undefined || since === undefined || task === undefined ? undefined : { handler, since, task }
}

/** Everything that is owed to the user of this session on this host, the oldest first. */
export async function readOwed(reader: Reader): Promise<readonly Owed[]> {
  const folder = await folderIn(reader)
  const names = (await reader.children(folder)) ?? []
  const texts = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => reader.readText(`${folder}/${name}`)),
  )
  return texts
    .flatMap((text) => (text === undefined ? [] : (parseOwed(text) ?? [])))
    .toSorted((a, b) => (a.since < b.since ? -1 : 1))
}

/** Writes records down, durably and each as a whole. */
export async function recordOwed(owed: readonly Owed[], reader: Reader): Promise<RunStep> {
  const folder = await folderIn(reader)
  const { command: makeFolder } = makeDir(folder, { mode: '0700' })
  const files = owed.map((each): Command => {
    const path = `${folder}/${fileOf(each.handler)}`
    const temporary = `${folder}/.${fileOf(each.handler)}.new`
    return sh`printf %s ${textOf(each)} >${temporary} && ${synced(temporary)} && mv -f -- ${temporary} ${path}`
  })
  return {
    kind: 'run',
    label: `write down what is owed: ${owed.map(({ handler }) => handler).join(', ')}`,
    command: sh`umask 077; ${joined([makeFolder, ...files, synced(folder)])}`,
    effects: [
      ...ancestors(folder).map((path) => ({ effect: 'dir' as const, path })),
      ...owed.map((each) => ({
        effect: 'file' as const,
        path: `${folder}/${fileOf(each.handler)}`,
        content: textOf(each),
        mode: '0600',
      })),
    ],
    quick: true,
  }
}

/** A handler ran: it is owed no longer. */
export async function clearOwed(handlers: readonly string[], reader: Reader): Promise<RunStep> {
  const folder = await folderIn(reader)
  const paths = handlers.map((handler) => `${folder}/${fileOf(handler)}`)
  return {
    kind: 'run',
    label: `no longer owed: ${handlers.join(', ')}`,
    command: sh`rm -f -- ${paths}`,
    effects: paths.map((path) => ({ effect: 'remove' as const, path })),
    quick: true,
  }
}
