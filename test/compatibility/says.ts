import { parse } from 'yaml'

/** What a run of Ansible or of kplay said with debug: `host: message`, as many times as it was said, in no order. */
export type Said = readonly string[]

/** What stands beside what debug says, about its loop and its conditions; one of them may be what it says. */
const BESIDE = new Set(
  'item ansible_loop ansible_loop_var ansible_index_var failed_when_result changed_when_result break_when_result'.split(
    ' ',
  ),
)

/** Something is said, and the output does not tell what. */
export const ANYTHING = '*'

/** Of Ansible's default output, in JSON or YAML. A result that debug printed has one key; those of other modules have `changed` too. */
export function saidByAnsible(output: string): Said {
  const said: string[] = []
  const lines = output.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const [, host, head] = /^ok: \[([^\]]*)\] => (?:\(item=.*\) => )?(\{.*)?$/.exec(lines[at] ?? '') ?? []
    if (host === undefined) continue
    let text = head ?? ''
    if (head === '{') while (at + 1 < lines.length && lines[at] !== '}') text += `\n${lines[++at] ?? ''}`
    if (head === undefined) while (/^( {4}.*)?$/.test(lines[at + 1] ?? '-')) text += `${lines[++at] ?? ''}\n`
    const entries = entriesOf(text)
    if (entries.length === 0 || entries.some(([key]) => key === 'changed' || key === 'censored')) continue
    const [[key, value] = ['', undefined], ...others] = entries.filter(([name]) => !BESIDE.has(name))
    const on = host.split(' -> ')[0] ?? ''
    if (key === '') said.push(`${on}: ${ANYTHING}`)
    else if (others.length === 0) said.push(`${on}: ${key === 'msg' ? '' : `${key}: `}${plain(value)}`)
  }
  return said.sort()
}

/** What Ansible says otherwise the second time is drawn anew: of that only is known that something is said, on that host. */
export function saidTwice(first: Said, second: Said): Said {
  const rest = [...second]
  return first.map((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at >= 0 ? line : `${line.slice(0, line.indexOf(': '))}: ${ANYTHING}`
  })
}

interface Told {
  readonly type: string
  readonly task?: { readonly action: string }
  readonly result?: {
    readonly host: string
    readonly status: string
    readonly message?: string
    readonly values?: { readonly results?: unknown }
  }
}

/** Of kplay's events. */
export function saidByKplay(events: readonly unknown[]): Said {
  const said: string[] = []
  for (const { type, task, result } of events as readonly Told[]) {
    if (!result?.message || (type !== 'result' && type !== 'item') || result.status !== 'ok') continue
    // Of other modules that may be meant by a variable none has such a message.
    if (!/^(ansible\.(builtin|legacy)\.)?debug$|\{\{/.test(task?.action ?? '')) continue
    // `debug: var` shows the name before the value.
    const [, name, value] = /^([^\s:]+): (.*)$/s.exec(result.message) ?? []
    const shown = name !== undefined && value !== undefined && isJson(value) ? `${name}: ${shownAs(value)}` : undefined
    said.push(`${result.host}: ${shown ?? shownAs(result.message)}`)
  }
  return said.sort()
}

function entriesOf(text: string): [string, unknown][] {
  try {
    return Object.entries((text.startsWith('{') ? JSON.parse(text) : parse(text)) as object)
  } catch {
    return []
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const shownAs = (text: string): string => plain(isJson(text) ? JSON.parse(text) : text)

const WORDS = new Map<unknown, string>([
  [true, 'True'],
  [false, 'False'],
  [null, 'None'],
])

/** What is another each time, and how each says that a variable is not there. */
const CHANGING = [
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, 'TIME'],
  [/\b\d+:\d\d:\d\d\.\d+/g, 'DURATION'],
  // A salt is drawn anew each time.
  [/\$[156]\$(?:rounds=\d+\$)?[./A-Za-z0-9]+\$[./A-Za-z0-9]+/g, 'HASH'],
  // How each says that nobody listens there.
  [
    /Failed to connect to the host via ssh: ssh: connect to [^"]* Connection refused|the connection was refused/g,
    'REFUSED',
  ],
  // The names of Python's temporary files.
  [/\/tmp[a-z0-9_]{8}\b/g, '/TEMPORARY'],
  // What `ls -l` finds in a folder that everybody uses.
  [/\btotal \d+(?:(?:\\n|",")[-bcdlps][-rwxsStT]{9}(?:[^"\\]|\\[^n])*)+/g, 'LISTING'],
  [/"exception":"[^"]*",?/g, ''],
  // Python prints a set in no order.
  [/ Valid booleans include: [^"]*/g, ''],
  [
    /<< error 1 - [^<>]* (?:is undefined|has no attribute '[^']*'|has no element \d+) >>|VARIABLE IS NOT DEFINED!/g,
    'UNDEFINED',
  ],
] as const

/** Text of a value in which only what was said counts: no quotes, one space between words. */
function plain(value: unknown): string {
  if (typeof value === 'string' && /^[[{]/.test(value) && isJson(value)) return plain(JSON.parse(value))
  const text = typeof value === 'string' ? value : (WORDS.get(value) ?? JSON.stringify(sorted(value)))
  return CHANGING.reduce((all, [what, word]) => all.replace(what, word), text)
    .replace(/\s+/g, ' ')
    .trim()
}

/** The same value with its keys in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
