import { KplayError } from '../../errors.ts'
import { any, text } from '../../schema/field.ts'
import { toPlain, type Value, type Variable } from '../../value.ts'
import { evaluate } from '../../values/template.ts'
import { text as printValue } from '../../values/print.ts'
import { defineControl } from './define.ts'

const NAMES = ['name', 'hostname', 'host']
const GROUPS = ['groups', 'groupname', 'group']

export const addHost = defineControl({
  name: 'add_host',
  summary: 'Adds a host to the inventory, for this task and all that follow.',
  notes:
    'It runs once, whatever the number of hosts of the play. Every argument that is not named here becomes a variable of the host. A host that is there already gets the groups and variables in addition.',
  args: {
    name: text({ optional: true, aliases: NAMES.slice(1), help: 'Its name; `name:port` sets ansible_port.' }),
    groups: any({ optional: true, aliases: GROUPS.slice(1), help: 'Groups it is in: a list, or names with commas.' }),
  },
  anyArgs: true,
  once: true,
  examples: [{ title: 'A host that was just made', args: { name: '{{ made.address }}', groups: 'fresh', tier: 2 } }],
  run(_, { raw, scope, run }) {
    const given = new Map([...raw].map(([key, value]) => [key, evaluate(value, scope)]))
    const written = first(given, NAMES)
    if (written === undefined || written === '')
      throw new KplayError('BAD_ARGS', 'name, host or hostname needs to be provided')
    const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(printValue(written)) ?? []
    const groups = namesOf(first(given, GROUPS) ?? [])
    const special = [...NAMES.slice(0, 2), ...GROUPS.slice(0, 2)]
    const values = new Map([...given].filter(([key]) => !special.includes(key)))
    if (port !== undefined) values.set('ansible_port', Number(port))
    const vars = new Map<string, Variable>([...values].map(([key, value]) => [key, { value }]))
    const changed = run.changeInventory({ host: name, groups, vars })
    const added = { host_name: name, groups, host_vars: toPlain(new Map<Value, Value>(values)) }
    return { status: changed ? 'changed' : 'ok', values: { add_host: added } }
  },
})

const first = (given: ReadonlyMap<string, Value>, names: readonly string[]): Value | undefined =>
  names.map((name) => given.get(name)).find((value) => value !== undefined)

function namesOf(groups: Value): string[] {
  const names = Array.isArray(groups) ? groups.map(printValue) : printValue(groups).split(',')
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
}
