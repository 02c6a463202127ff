import { KplayError } from '../../errors.ts'
import { any, flag } from '../../schema/field.ts'
import { isDict, toPlain } from '../../value.ts'
import { evaluate } from '../../values/template.ts'
import { variableNamed } from '../variable-name.ts'
import { defineControl } from './define.ts'

export const setStats = defineControl({
  name: 'set_stats',
  summary: 'Names values that tell about the run as a whole.',
  notes: 'They are registered, and in the JSON report of the task; nothing else is made of them.',
  args: {
    data: any({ help: 'A dict of the values.' }),
    per_host: flag({ default: false, help: 'They tell about the host, not about the run.' }),
    aggregate: flag({ default: true, help: 'They are added to what is there under their name.' }),
  },
  raw: ['data'],
  examples: [{ title: 'Count', args: { data: { upgraded: 1 } } }],
  run({ per_host, aggregate }, { raw, scope }) {
    const data = evaluate(raw.get('data') ?? null, scope)
    if (!isDict(data)) throw new KplayError('BAD_ARGS', "The 'data' option needs to be a dictionary/hash")
    for (const name of data.keys()) variableNamed(name)
    return { values: { ansible_stats: { data: toPlain(data), per_host, aggregate } } }
  },
})
