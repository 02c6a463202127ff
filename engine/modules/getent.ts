import type { CommandResult, Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { defineRead, type ReadAnswer } from '../module/define.ts'
import { flag, text } from '../schema/field.ts'
import type { Plain } from '../value.ts'

const COLONS = ['passwd', 'shadow', 'group', 'gshadow']

export const getent = defineRead({
  name: 'getent',
  summary: 'Looks up an entry of a database of the host, such as passwd or hosts, as facts.',
  notes:
    'The answer is a fact: `getent_passwd` with the name of the entry for a key and the list of its other fields. Without `key` all entries come, as far as the database lists them. A host without the program getent answers from its own files, for passwd, group and shadow.',
  args: {
    database: text({ pattern: /^[a-z]\w*$/, help: 'Such as passwd, group, hosts or services.' }),
    key: text({ optional: true, pattern: /^[^\0\n-][^\0\n]*$/, help: 'The entry.' }),
    service: text({ optional: true, pattern: /^[\w:-]+$/, help: 'Ask only this source of the database.' }),
    split: text({
      optional: true,
      pattern: /./,
      help: 'What stands between two fields: by default a colon where the database has it, else white space.',
    }),
    fail_key: flag({ default: true, help: 'Fail when there is no such entry; otherwise it is null.' }),
  },
  examples: [
    { title: 'Whether a user is there', args: { database: 'passwd', key: 'kafka', fail_key: false } },
    { title: 'Addresses of a name', args: { database: 'hosts', key: 'localhost' } },
  ],

  async read(args, reader, { checking }): Promise<ReadAnswer> {
    const { database, key, fail_key } = args
    const fact = `getent_${database}`
    const predicted = checking === true ? await predictedAccount(args, reader) : undefined
    const { code, stdout, stderr } = predicted ?? (await ask(args, reader))
    if (code === 0) {
      const split = args.split ?? (COLONS.includes(database) ? ':' : undefined)
      return { values: { ansible_facts: { [fact]: entriesOf(stdout, split) } } }
    }
    if (code === 2 && key !== undefined && !fail_key)
      return { values: { ansible_facts: { [fact]: { [key]: null } }, msg: FAILURES[2] } }
    const failed = FAILURES[code ?? -1] ?? `getent ended with exit code ${code ?? ''}: ${stderr.trim()}`
    return {
      values: {},
      failed,
      ...(code === 2 && { hint: `${database} has no ${key}; fail_key: false makes it null` }),
    }
  },
})

/** getent(1), exit status. */
const FAILURES: Readonly<Record<number, string>> = {
  1: 'Missing arguments, or database unknown.',
  2: 'One or more supplied key could not be found in the database.',
  3: 'Enumeration not supported on this database.',
}

interface Asked {
  readonly database: string
  readonly key: string | undefined
  readonly service: string | undefined
}
type Told = Pick<CommandResult, 'code' | 'stdout' | 'stderr'>

const ask = ({ database, key, service }: Asked, reader: Reader): Promise<Told> =>
  reader.ask(sh`if command -v getent >/dev/null; then
  getent ${service === undefined ? [] : ['-s', service]} ${database} ${key === undefined ? [] : [key]}; exit
fi
case ${database} in passwd|group|shadow) ;; *) echo 'there is no getent' >&2; exit 1 ;; esac
[ -z ${key === undefined ? '' : 'x'} ] && { cat ${`/etc/${database}`}; exit; }
while IFS= read -r line; do
  case $line in ${key ?? ''}:*) printf '%s\\n' "$line"; exit 0 ;; esac
done <${`/etc/${database}`}
exit 2`)

/** In check mode a user or group may be there only because a task would have made it. */
async function predictedAccount({ database, key, service }: Asked, reader: Reader): Promise<Told | undefined> {
  if (key === undefined || service !== undefined) return undefined
  const told = (fields: readonly (string | number)[] | undefined): Told =>
    fields ? { code: 0, stdout: `${fields.join(':')}\n`, stderr: '' } : { code: 2, stdout: '', stderr: '' }
  if (database === 'passwd') {
    const found = await reader.account(key)
    return told(found && [found.name, 'x', found.uid, found.gid, found.comment, found.home, found.shell])
  }
  if (database !== 'group') return undefined
  const found = await reader.group(key)
  return told(found && [found.name, 'x', found.gid, found.members.join(',')])
}

/** By the first field; one that comes more than once has a list of all its lines. */
function entriesOf(output: string, split: string | undefined): Record<string, Plain> {
  const entries = new Map<string, string[][]>()
  for (const line of output.split('\n')) {
    if (line === '') continue
    const [name = '', ...fields] = split === undefined ? line.trim().split(/\s+/) : line.split(split)
    entries.set(name, [...(entries.get(name) ?? []), fields])
  }
  return Object.fromEntries([...entries].map(([name, lines]) => [name, lines.length === 1 ? (lines[0] ?? []) : lines]))
}
