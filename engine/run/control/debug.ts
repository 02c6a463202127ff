import { KplayError } from '../../errors.ts'
import { any, text, whole } from '../../schema/field.ts'
import { isDict, Template, toPlain, type Raw, type Value } from '../../value.ts'
import { evaluate, OMIT } from '../../values/template.ts'
import type { Scope } from '../../values/scope.ts'
import { text as printValue } from '../../values/print.ts'
import { defineControl } from './define.ts'

export const debug = defineControl({
  name: 'debug',
  summary: 'Prints a message or the value of a variable.',
  args: {
    msg: any({ optional: true, help: 'What to print; any value.' }),
    var: text({ optional: true, help: 'An expression whose value is printed with its name. Not together with msg.' }),
    verbosity: whole({ default: 0, help: 'Print only with at least that many -v.' }),
  },
  raw: ['var', 'msg'],
  examples: [
    { title: 'Say something', args: { msg: 'broker {{ kafka_broker_id }}' } },
    { title: 'Show a variable', args: { var: 'ansible_facts.distribution' } },
  ],
  rule: ({ msg, var: name }) => (msg !== undefined && name !== undefined ? 'msg and var: give one' : undefined),
  run(args, { raw, scope, run }) {
    if (args.verbosity > run.options.verbosity)
      return { status: 'skipped', values: { skipped_reason: 'Verbosity threshold not met.' } }
    const name = raw.get('var')
    if (name === undefined) return said('msg', messageOf(raw.get('msg'), scope))
    if (!(name instanceof Template)) return shownBy(typeof name === 'string' ? name : '', scope)
    return name.expression ? said(name.source, known(name, scope)) : named(name, scope)
  },
})

function messageOf(raw: Raw | undefined, scope: Scope): Value {
  const value = raw === undefined ? OMIT : evaluate(raw, scope)
  return value === OMIT ? 'Hello world!' : value
}

/** Braces make the name of a variable. Any other text is a value: it may come from a host, and is no expression. */
function named(template: Template, scope: Scope): Said {
  const value = known(template, scope)
  return typeof value === 'string' && NAME.test(value) ? shownBy(value, scope) : said(template.source, value)
}

const shownBy = (name: string, scope: Scope): Said =>
  said(name, NAME.test(name) ? known(asExpression(name), scope) : name)

const asExpression = (source: string): Template => new Template(source, undefined, { expression: true })

const NAME = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\['[^'\\]*'\]|\[\d+\])*$/

/** Whoever looks for a variable is told that there is none: as in Ansible that is no failure. */
function known(expression: Template, scope: Scope): Value {
  try {
    return evaluate(expression, scope)
  } catch (error) {
    if (error instanceof KplayError && error.code === 'UNDEFINED') return `<< error 1 - ${error.message} >>`
    throw error
  }
}

interface Said {
  readonly values: Record<string, never>
  readonly message: string
  readonly exact: ReadonlyMap<string, Value>
}

const said = (key: string, value: Value): Said => ({
  values: {},
  message: writable(key === 'msg' ? shown(value) : `${key}: ${shown(value)}`),
  exact: new Map([[key, value]]),
})

/** What has no UTF-8 cannot be printed. */
const writable = (text: string): string => text.replace(/\p{Surrogate}/gu, '?')

const shown = (value: Value): string =>
  isDict(value) || Array.isArray(value)
    ? JSON.stringify(toPlain(value), (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item), 2)
    : printValue(value)
