import type { Place } from '../errors.ts'
import type { Written } from '../model.ts'
import type { Template } from '../value.ts'
import { nearest } from '../schema/parse.ts'
import { readActionText, readArguments, type Arguments } from './arguments.ts'
import { keywordsOn } from './keywords.ts'
import { along, kindOf, rawText, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from './nodes.ts'
import type { Properties } from './properties.ts'
import type { Reading } from './reading.ts'
import { splitWords, type Word } from './words.ts'

/** Which module a task calls, and with what. */
export interface Action extends Arguments {
  readonly name: string
  readonly place: Place
  /** Its name is known only when the task runs: a variable. */
  readonly templated?: Template | undefined
  /** `local_action`: on the controller. */
  readonly delegateTo?: Written | undefined
}

export function readAction(task: YamlMap, { own, others }: Properties, reading: Reading): Action | undefined {
  const { problems } = reading
  const extra = own.get('args')
  const explicit = own.get('action') ?? own.get('local_action')
  const [module, ...more] = explicit ? [undefined, ...others] : chosen(others)
  for (const entry of more) if (entry) reportSurplus(entry, module?.key ?? explicit?.key ?? '', reading)
  if (explicit) {
    const action = readExplicit(explicit, extra, reading)
    if (action && explicit.key === 'local_action')
      return { ...action, delegateTo: { value: 'localhost', place: explicit.keyPlace } }
    return action
  }
  if (!module) {
    problems.add('BAD_YAML', 'the task names no module', {
      place: task.place,
      hint: 'a task has one key that is the name of a module, such as file: or command:',
    })
    return undefined
  }
  return { name: module.key, place: module.keyPlace, ...readArguments(module.key, module.value, extra, reading) }
}

/** Of several keys that are no keywords, one that looks like a misspelt keyword is not the module. */
function chosen(others: readonly YamlEntry[]): readonly (YamlEntry | undefined)[] {
  if (others.length < 2) return others
  const module = others.find(({ key }) => meantKeyword(key) === undefined) ?? others[0]
  return [module, ...others.filter((entry) => entry !== module)]
}

const meantKeyword = (key: string): string | undefined =>
  key.includes('.') ? undefined : nearest(key, keywordsOn('task'))

function reportSurplus({ key, keyPlace }: YamlEntry, module: string, { problems }: Reading): void {
  const meant = meantKeyword(key)
  if (meant)
    problems.add('BAD_YAML', `unknown keyword ${key} on a task`, { place: keyPlace, hint: `did you mean ${meant}?` })
  else
    problems.add('BAD_YAML', `a task calls one module: ${module}, or ${key}`, {
      place: keyPlace,
      hint: `${key} is no keyword; an argument of ${module} is indented below it`,
    })
}

/** `action: copy src=a dest=b`, or a map with `module`. */
function readExplicit({ key, value }: YamlEntry, extra: YamlEntry | undefined, reading: Reading): Action | undefined {
  const { problems } = reading
  if (value.kind === 'map') {
    const module = value.entries.find((entry) => entry.key === 'module')
    if (module?.value.kind !== 'scalar' || typeof module.value.value !== 'string') {
      problems.add('BAD_YAML', `${key} needs the name of a module`, { place: module?.value.place ?? value.place })
      return undefined
    }
    const name = module.value.text
    // `args` may stand beside `module` too.
    const more = extra ?? value.entries.find((entry) => entry.key === 'args')
    const rest: YamlMap = { ...value, entries: value.entries.filter((entry) => entry !== module && entry !== more) }
    return {
      ...named(name, module.value.unsafe, module.value.textPlace),
      ...readArguments(name, rest, more, reading),
    }
  }
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    const [first] = splitWords(value.text, value.textPlace) ?? []
    if (first) return fromText(first, value, extra, reading)
  }
  problems.add('BAD_YAML', `${key} is text or a map, not ${kindOf(value)}`, { place: value.place })
  return undefined
}

/** The module is the first word; what follows it are its arguments. */
function fromText(first: Word, value: YamlScalar, extra: YamlEntry | undefined, reading: Reading): Action {
  const name = first.text
  const rest = value.text.slice(first.start + name.length)
  const place = along(first.place, name.length + rest.length - rest.trimStart().length)
  const nothing: YamlNode = { ...value, value: null, text: '' }
  const { args, more } = readArguments(name, nothing, extra, reading)
  const own = readActionText(name, rest.trim(), place, reading)
  return { ...named(name, value.unsafe, first.place), args: new Map([...args, ...own.args]), more }
}

function named(name: string, unsafe: boolean, place: Place): Pick<Action, 'name' | 'place' | 'templated'> {
  const raw = unsafe ? name : rawText(name, place)
  return typeof raw === 'string' ? { name, place } : { name, place, templated: raw }
}
