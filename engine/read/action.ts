import type { Place } from '../errors.ts'
import type { Written } from '../model.ts'
import { nearest } from '../schema/parse.ts'
import { readActionText, readArguments, type Arguments } from './arguments.ts'
import { keywordsOn } from './keywords.ts'
import { along, isTemplate, kindOf, type YamlEntry, type YamlMap, type YamlNode } from './nodes.ts'
import type { Properties } from './properties.ts'
import type { Reading } from './reading.ts'
import { splitWords } from './words.ts'

/** Which module a task calls, and with what. */
export interface Action extends Arguments {
  readonly name: string
  readonly place: Place
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

const TEMPLATED = 'a variable as the name of a module is not supported yet'

/** `action: copy src=a dest=b`, or a map with `module`. */
function readExplicit({ key, value }: YamlEntry, extra: YamlEntry | undefined, reading: Reading): Action | undefined {
  const { problems } = reading
  if (value.kind === 'map') {
    const module = value.entries.find((entry) => entry.key === 'module')
    const name = module && nameIn(module.value)
    if (!module || name === undefined) {
      const templated = module?.value.kind === 'scalar' && isTemplate(module.value.text)
      problems.add('BAD_YAML', templated ? TEMPLATED : `${key} needs the name of a module`, {
        place: module?.value.place ?? value.place,
      })
      return undefined
    }
    const rest: YamlMap = { ...value, entries: value.entries.filter((entry) => entry !== module) }
    return { name, place: module.value.place, ...readArguments(name, rest, extra, reading) }
  }
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    const [first] = splitWords(value.text, value.textPlace) ?? []
    if (first && !isTemplate(first.text)) {
      const rest = value.text.slice(first.start + first.text.length)
      const start = rest.length - rest.trimStart().length
      const place = along(first.place, first.text.length + start)
      const nothing: YamlNode = { ...value, value: null, text: '' }
      const { args, more } = readArguments(first.text, nothing, extra, reading)
      const own = readActionText(first.text, rest.trim(), place, reading)
      return { name: first.text, place: first.place, args: new Map([...args, ...own.args]), more }
    }
  }
  const message =
    value.kind === 'scalar' && isTemplate(value.text) ? TEMPLATED : `${key} is text or a map, not ${kindOf(value)}`
  problems.add('BAD_YAML', message, { place: value.place })
  return undefined
}

const nameIn = (node: YamlNode): string | undefined =>
  node.kind === 'scalar' && typeof node.value === 'string' && !isTemplate(node.value) ? node.value : undefined
