import type { ArgumentOption } from '../model.ts'
import { any, dict, flag, float, list, text, whole, type Field, type Fields } from '../schema/field.ts'
import { parseArgs } from '../schema/parse.ts'

/** One option of an argument specification, as the arguments of modules are described. */
export function fieldOf(option: ArgumentOption): Field {
  const help = option.description
  switch (option.type) {
    case 'int':
      return whole({ help, optional: true })
    case 'float':
      return float({ help, optional: true })
    case 'bool':
      return flag({ help, optional: true })
    case 'list':
      return list(
        option.elements === undefined
          ? any({ help })
          : fieldOf({ ...option, type: option.elements, elements: undefined }),
        { help, optional: true },
      )
    case 'dict':
      return option.options ? nested(option.options, help) : dict(any({ help }), { help, optional: true })
    case 'str':
    case 'path':
      return text({ help, optional: true })
    default:
      return any({ help, optional: true })
  }
}

/** A dict whose keys have a specification of their own. */
function nested(options: ReadonlyMap<string, ArgumentOption>, help: string): Field {
  const fields: Fields = Object.fromEntries(
    [...options].map(([name, option]) => [name, { ...fieldOf(option), required: option.required }]),
  )
  const base = dict(any({ help }), { help, optional: true })
  const checked = base.zod.superRefine((value, context) => {
    const parsed = parseArgs(fields, value ?? {})
    if (!parsed.ok)
      for (const issue of parsed.issues)
        context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path] })
  })
  return { ...base, zod: checked }
}
