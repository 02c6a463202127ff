import { KplayError } from '../../errors.ts'
import { flag } from '../../schema/field.ts'
import type { Variable } from '../../value.ts'
import { evaluate } from '../../values/template.ts'
import { defineControl } from './define.ts'

export const setFact = defineControl({
  name: 'set_fact',
  summary: 'Sets variables of the host for the rest of the run.',
  args: { cacheable: flag({ default: false, help: 'Accepted for compatibility: there is no fact cache yet.' }) },
  anyArgs: true,
  sets: (raw) => raw.keys(),
  examples: [{ title: 'Remember a value', args: { kafka_running: '{{ kafka_pid.stdout != "" }}' } }],
  run(_, { raw, scope }) {
    const registered = new Map<string, Variable>()
    for (const [name, value] of raw) {
      if (!/^[A-Za-z_]\w*$/.test(name)) throw new KplayError('BAD_ARGS', `set_fact: ${name} is no variable name`)
      // The value is computed now, and is data from now on.
      registered.set(name, { value: evaluate(value, scope) })
    }
    return {
      values: {},
      learnt: { registered },
      exact: new Map([['ansible_facts', new Map([...registered].map(([name, { value }]) => [name, value as never]))]]),
    }
  },
})
