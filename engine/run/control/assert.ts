import { KplayError } from '../../errors.ts'
import { any, flag, text } from '../../schema/field.ts'
import { Template, type Raw } from '../../value.ts'
import { condition, explainCondition } from '../../values/condition.ts'
import { sourceOf } from '../source.ts'
import { defineControl } from './define.ts'

export const assert = defineControl({
  name: 'assert',
  summary: 'Fails unless every condition holds, and says which one does not.',
  args: {
    that: any({ help: 'A condition or a list of them, in the language of `when`.' }),
    fail_msg: text({ optional: true, aliases: ['msg'], help: 'What to say when one does not hold.' }),
    success_msg: text({ optional: true, help: 'What to say when all hold.' }),
    quiet: flag({ default: false, help: 'Say nothing when all hold.' }),
  },
  raw: ['that'],
  examples: [
    {
      title: 'An odd number of servers',
      args: { that: ["groups['zookeeper'] | length is odd"], fail_msg: 'an even number of servers' },
    },
  ],
  run({ fail_msg, success_msg, quiet }, { raw, scope }) {
    const that = raw.get('that') ?? null
    for (const each of Array.isArray(that) ? (that as readonly Raw[]) : [that]) {
      const clause = typeof each === 'string' ? new Template(each, undefined, { expression: true }) : each
      if (condition(clause, scope)) continue
      const source = sourceOf(clause)
      const why = clause instanceof Template ? explainCondition(clause, scope) : source
      const error = new KplayError('ASSERTION', fail_msg ?? `not true: ${source}`, {
        cause: fail_msg === undefined ? why : `not true: ${why}`,
        place: clause instanceof Template ? clause.place : undefined,
      })
      return { status: 'failed', error, values: { assertion: source, evaluated_to: false, msg: error.message } }
    }
    return success_msg !== undefined && !quiet
      ? { values: { msg: success_msg }, message: success_msg }
      : { values: { msg: success_msg ?? 'All assertions passed' } }
  },
})
