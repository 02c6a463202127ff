import type { Call } from '../call.ts'
import { failure } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'
import { expandReplacement, pythonRegex } from '../regex.ts'

const pattern = (call: Call, name = 'regex'): RegExp =>
  pythonRegex(call.string(name), { ignoreCase: call.flag('ignorecase'), multiLine: call.flag('multiline') })

function replace(call: Call): string {
  const source = text(call.input)
  const replacement = text(call.get('replacement', ''))
  const limit = call.int('count', 0)
  const mandatory = call.int('mandatory_count', 0)
  let count = 0
  const out = source.replace(pattern(call, 'pattern'), (...args) => {
    if (limit > 0 && count >= limit) return args[0]
    count++
    const last = args.at(-1) as unknown
    const groups = typeof last === 'object' && last !== null ? (last as Record<string, string | undefined>) : undefined
    const match = args.slice(0, groups ? -3 : -2) as (string | undefined)[]
    return expandReplacement(replacement, match, groups)
  })
  if (mandatory > 0 && count !== mandatory)
    throw failure(`regex_replace should match ${mandatory} times, but matched ${count} times`)
  return out
}

/** The whole match, or the groups asked for by `\1` and `\g<name>`. */
function search(call: Call): Operand {
  const keys = call.rest.map((reference) => {
    const [, name, digits] = /^\\(?:g<(\w+)>|(\d+))$/.exec(text(reference)) ?? []
    const key = name ?? digits
    if (key === undefined)
      throw failure(`${call.name}: unknown argument ${text(reference)}`, 'it takes \\1, \\2 … and \\g<name>')
    return key
  })
  const match = pattern(call).exec(text(call.input))
  if (!match) return null
  if (keys.length === 0) return match[0]
  return keys.map((key) => {
    const known = /^\d+$/.test(key) ? Number(key) < match.length : match.groups !== undefined && key in match.groups
    if (!known) throw failure(`${call.name}: the pattern has no group ${key}`)
    return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? null
  })
}

function findAll(call: Call): Operand {
  return [...text(call.input).matchAll(pattern(call))].map((match) => {
    const groups = match.slice(1).map((group) => group ?? '')
    return groups.length === 0 ? match[0] : groups.length === 1 ? (groups[0] ?? '') : groups
  })
}

function escape(call: Call): string {
  const source = text(call.input)
  const kind = call.string('re_type', 'python')
  if (kind === 'posix_basic') return source.replace(/[\].[^$*\\]/g, '\\$&')
  if (kind !== 'python') throw failure(`regex_escape has no re_type ${kind}`, 'it has: python, posix_basic')
  return source.replace(/[\s()[\]{}?*+|^$\\.&~#-]/g, (char) => (char === '\0' ? '\\000' : `\\${char}`))
}

export const regexFilters: Operations = {
  regex_replace: operation('pattern replacement ignorecase multiline count mandatory_count', replace),
  regex_search: operation('regex * ignorecase multiline', search),
  regex_findall: operation('regex multiline ignorecase', findAll),
  regex_escape: operation('re_type', escape),
}
