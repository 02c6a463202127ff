import type { Call } from './call.ts'
import { ANYTHING, saidByAnsible, saidByKplay, saidTwice, sorted } from './says.ts'

/** How kplay ended a call. */
export interface Ending {
  readonly exit: number | null
  readonly output: string
  readonly errors: string
}

/** Why kplay did not do as Ansible did; undefined where it did. `early`: it may refuse before the first task. */
export function mistakeOf(call: Call, expected: number, ending: Ending, early: boolean): string | undefined {
  const events = eventsOf(ending.output)
  if (ending.exit === null) return 'it did not come to an end'
  if (/a bug of kplay itself|kplay itself failed/.test(ending.errors + ending.output)) return reasonOf(ending, events)
  if ((ending.exit === 0) !== (expected === 0)) {
    return ending.exit === 0 ? 'it succeeds where Ansible fails' : reasonOf(ending, events)
  }
  if (call.command === 'ansible-inventory') return sameText(call, ending)
  if (call.command === 'ansible-vault') return sameText(call, ending)
  if (call.command !== 'ansible-playbook' || call.exit !== expected) return undefined
  const started = /^PLAY \[/m.test(call.output)
  // Another form of output, which says nothing of debug.
  if (!started) return undefined
  const first = saidByAnsible(call.output)
  const theirs = call.again === undefined ? first : saidTwice(first, saidByAnsible(call.again))
  const mistake = sameSaid(theirs, saidByKplay(events))
  // Both fail; what Ansible has said before it did is missing where kplay refuses before the first task.
  const refused = expected !== 0 && !(events as readonly Failing[]).some(({ type }) => type === 'run-start')
  return refused && mistake !== undefined ? (early ? undefined : `refused early: ${reasonOf(ending, events)}`) : mistake
}

const fromHostOf =
  (line: string) =>
  (other: string): boolean =>
    other.startsWith(line.slice(0, -ANYTHING.length))

function sameSaid(theirs: readonly string[], ours: readonly string[]): string | undefined {
  const rest = [...ours]
  // What is known is looked for before what is not.
  const ordered = [...theirs].sort((one, other) => Number(one.endsWith(ANYTHING)) - Number(other.endsWith(ANYTHING)))
  const missing = ordered.filter((line) => {
    const exactly = rest.indexOf(line)
    const at = exactly < 0 && line.endsWith(`: ${ANYTHING}`) ? rest.findIndex(fromHostOf(line)) : exactly
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  const [one] = missing
  const [other] = rest
  if (one === undefined && other === undefined) return undefined
  const tells = [
    ...(one === undefined ? [] : [`does not say (${missing.length}): ${cut(one)}`]),
    ...(other === undefined ? [] : [`says instead (${rest.length}): ${cut(other)}`]),
  ]
  return tells.join('; ')
}

/** What a listing or a decrypted file is: JSON is compared as data. */
function sameText({ output, words }: Call, ending: Ending): string | undefined {
  if (words.includes('--graph') || words.includes('--list') || words.includes('--host') || words.includes('view')) {
    const [theirs = '', ours = ''] = [output, ending.output].map(dataOf)
    // With many -v the text follows what Ansible says about itself.
    const same = theirs === ours || (words.includes('view') && ours !== '' && theirs.endsWith(ours))
    if (!same) return `shows something else: ${cut(ours) || 'nothing'} instead of ${cut(theirs)}`
  }
  return undefined
}

/** With -v stands above what Ansible says about itself. */
function dataOf(text: string): string {
  const own = text.replace(/^ansible\S* \[core .*\n(?: {2}.*\n)*/, '').replace(/^Using .*$/gm, '')
  const json = own.search(/^[{[]/m)
  try {
    return JSON.stringify(sorted(JSON.parse(own.slice(Math.max(json, 0)))))
  } catch {
    return own.trim().replace(/\s+/g, ' ')
  }
}

interface Failing {
  readonly type: string
  readonly error?: Told | readonly Told[]
  readonly result?: {
    readonly status: string
    readonly ignored?: boolean
    readonly failure?: { readonly error?: Told | readonly Told[] }
  }
}
interface Told {
  readonly message: string
  readonly place?: { readonly file: string; readonly line: number }
}

/** The first thing that kplay says went wrong. */
function reasonOf({ errors, output, exit }: Ending, events: readonly unknown[]): string {
  const told = (events as readonly Failing[]).flatMap(({ type, error, result }) =>
    result?.status === 'failed' && result.ignored !== true
      ? [result.failure?.error]
      : type === 'unreachable'
        ? [error]
        : [],
  )
  const last = [told.at(-1) ?? []].flat()[0]
  if (last) return cut(`${last.message}${last.place ? ` (${placeOf(last.place)})` : ''}`)
  const lines = (errors.trim() || output.trim()).split('\n')
  const first = lines.findIndex((line) => /^(error: |kplay: )/.test(line))
  const from = lines.slice(Math.max(first, 0))
  const at = from.find((line) => /^\s+at /.test(line))?.trim()
  return cut(`${from[0] ?? ''}${at ? ` ${at.replace(/\S*\/targets\//, '')}` : ''}` || `it ends with ${exit}`)
}

const placeOf = ({ file, line }: { file: string; line: number }): string =>
  `${file.replace(/^.*\/targets\//, '')}:${line}`

/** For the page: without where programs lie on the machine that measured. */
const cut = (text: string): string => {
  const line = text
    .replace(/(?:\/[\w.-]+)+\/bin\//g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > 220 ? `${line.slice(0, 217)}...` : line
}

function eventsOf(output: string): readonly unknown[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{"type":')) return []
    try {
      return [JSON.parse(line) as unknown]
    } catch {
      return []
    }
  })
}
