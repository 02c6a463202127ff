import { KplayError, type Place } from '../../errors.ts'
import { flag } from '../../schema/field.ts'
import { Template, type Value, type Variable } from '../../value.ts'
import { evaluate, OMIT } from '../../values/template.ts'
import type { Scope } from '../../values/scope.ts'
import { resolving } from '../resolving.ts'
import { variableNamed } from '../variable-name.ts'
import { defineControl } from './define.ts'

export const setFact = defineControl({
  name: 'set_fact',
  summary: 'Sets variables of the host for the rest of the run.',
  args: {
    cacheable: flag({
      default: false,
      help: 'They are facts too, which the fact cache keeps; in later runs they are as weak as other facts.',
    }),
  },
  anyArgs: true,
  sets: (raw) => raw.keys(),
  examples: [{ title: 'Remember a value', args: { kafka_running: '{{ kafka_pid.stdout != "" }}' } }],
  run({ cacheable }, { raw, scope, job }) {
    const { args, place, action } = job.planned.task
    const registered = new Map<string, Variable>()
    for (const [written, raws] of raw) {
      const at = args.get(written)?.keyPlace ?? place
      const name = nameOf(written, scope, at)
      // The value is computed now, and is data from now on.
      const value = resolving(action, written, () => evaluate(raws, scope))
      if (value !== OMIT) registered.set(name, { value, place: at })
    }
    if (registered.size === 0)
      throw new KplayError('BAD_ARGS', 'set_fact sets nothing', { place, hint: 'write name: value below it' })
    const facts = [...registered].map(([name, { value }]): [string, Value] => [name, value as Value])
    return {
      values: {},
      learnt: { registered, ...(cacheable && { cached: facts }) },
      exact: new Map([['ansible_facts', new Map(facts)]]),
    }
  },
})

/** Of all arguments' names only those of set_fact may be templates. */
function nameOf(written: string, scope: Scope, place: Place): string {
  const name = written.includes('{{') ? evaluate(new Template(written, place), scope) : written
  return variableNamed(name, place)
}
