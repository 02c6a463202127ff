import { KplayError } from '../../errors.ts'
import { any, flag } from '../../schema/field.ts'
import { fromPlain, Template, type Plain, type Raw } from '../../value.ts'
import { condition, explainCondition, namedConditions } from '../../values/condition.ts'
import { text as printValue } from '../../values/print.ts'
import { sourceOf } from '../source.ts'
import { defineControl } from './define.ts'

export const assert = defineControl({
  name: 'assert',
  summary: 'Fails unless every condition holds, and says which one does not.',
  args: {
    that: any({ help: 'A condition or a list of them, in the language of `when`.' }),
    fail_msg: any({ optional: true, aliases: ['msg'], help: 'What to say when one does not hold.' }),
    success_msg: any({ optional: true, help: 'What to say when all hold.' }),
    quiet: flag({ default: false, help: 'Say nothing when all hold.' }),
  },
  raw: ['that'],
  examples: [
    {
      title: 'An odd number of servers',
      args: { that: ["groups['zookeeper'] | length is odd"], fail_msg: 'an even number of servers' },
    },
  ],
  run(args, { raw, scope }) {
    const { quiet } = args
    const [fail_msg, success_msg] = [args.fail_msg, args.success_msg] as readonly Message[]
    const that = namedConditions(raw.get('that') ?? null, scope)
    for (const each of Array.isArray(that) ? (that as readonly Raw[]) : [that]) {
      if (condition(each, scope)) continue
      const source = sourceOf(each)
      const why = each instanceof Template ? explainCondition(each, scope) : source
      const error = new KplayError('ASSERTION', shown(fail_msg) ?? `not true: ${source}`, {
        cause: fail_msg === undefined ? why : `not true: ${why}`,
        place: each instanceof Template ? each.place : undefined,
      })
      return {
        status: 'failed',
        error,
        values: { assertion: source, evaluated_to: false, msg: fail_msg ?? 'Assertion failed' },
      }
    }
    const message = shown(success_msg)
    const values = { msg: success_msg ?? 'All assertions passed' }
    return message !== undefined && !quiet ? { values, message } : { values }
  },
})

/** Text, or a list of lines. */
type Message = Plain

const shown = (message: Message): string | undefined =>
  message === undefined
    ? undefined
    : (Array.isArray(message) ? (message as readonly Plain[]) : [message])
        .map((line) => printValue(fromPlain(line)))
        .join('\n')
