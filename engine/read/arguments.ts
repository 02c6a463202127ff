import type { Place } from '../errors.ts'
import type { Argument, Written } from '../model.ts'
import type { Raw } from '../value.ts'
import { argumentsOf, asExpressions } from './argument.ts'
import {
  isNothing,
  isTemplate,
  kindOf,
  rawOf,
  rawText,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from './nodes.ts'
import type { Reading } from './reading.ts'
import { shortName } from './short-name.ts'
import { readPair, splitWords, type Pair } from './words.ts'

/** The argument that holds a module's free-form text until the module says which of its arguments that is. */
export const FREE_FORM = '_raw_params'

export interface Arguments {
  readonly args: Map<string, Argument>
  /** A whole dict that only rendering will give. */
  readonly more?: Written | undefined
}

/** Options a command takes in its free-form text; any other `name=value` there is the command's own. */
const OF_COMMANDS = [
  'creates',
  'removes',
  'chdir',
  'executable',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
  'warn',
]
/** Free-form modules that run no command: there every `name=value` is an argument. */
const NO_COMMANDS = ['include_vars', 'meta', 'include_tasks', 'import_tasks', 'include_role', 'import_role', 'include']
/** What a misspelt module may take nobody knows: that there is no such module is told instead. */
function takesFreeForm(action: string, { options: { freeForm, modules } }: Reading): boolean {
  const name = shortName(action)
  return freeForm.has(name) || NO_COMMANDS.includes(name) || modules?.has(name) === false
}

/** The arguments of a task: what stands behind the module's name, with `args:` beneath it. */
export function readArguments(
  action: string,
  node: YamlNode,
  extra: YamlEntry | undefined,
  reading: Reading,
): Arguments {
  const own = behindName(action, node, reading)
  if (!extra || isNothing(extra.value)) return own
  const beneath = fromNode(action, extra.value, 'args', reading)
  if (own.more && beneath.more)
    reading.problems.add('BAD_YAML', 'only one dict of arguments can come from a variable', { place: extra.keyPlace })
  return { args: new Map([...beneath.args, ...own.args]), more: own.more ?? beneath.more }
}

function behindName(action: string, node: YamlNode, reading: Reading): Arguments {
  if (node.kind !== 'scalar' || node.value === null || !takesFreeForm(action, reading))
    return fromNode(action, node, action, reading)
  return { args: freeFormOf(action, node.text, node.textPlace, node.unsafe) }
}

/** Arguments from text behind the name of an `action:`. What a module that is not known yet may take is left to it. */
export function readActionText(action: string, text: string, place: Place, reading: Reading): Arguments {
  if (text === '') return { args: new Map() }
  const free = isTemplate(action) ? !arePairs(text, place) : takesFreeForm(action, reading)
  return free ? { args: freeFormOf(action, text, place, false) } : { args: pairsOf(action, text, place, reading) }
}

function fromNode(action: string, node: YamlNode, what: string, reading: Reading): Arguments {
  if (isNothing(node)) return { args: new Map() }
  if (node.kind === 'map') return { args: argumentsOf(action, node) }
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const text = node.value.trim()
    if (!node.unsafe && /^\{\{((?!\}\}).)*\}\}$/s.test(text))
      return { args: new Map(), more: { value: rawOf(node), place: node.place } }
    if (what === action) return { args: pairsOf(action, node.text, node.textPlace, reading) }
  }
  reading.problems.add('BAD_YAML', `the arguments of ${action} are a map, not ${kindOf(node)}`, { place: node.place })
  return { args: new Map() }
}

function freeFormOf(action: string, text: string, place: Place, unsafe: boolean): Map<string, Argument> {
  const args = new Map<string, Argument>()
  const written = (value: string, at: Place): Raw => (unsafe ? value : rawText(value, at))
  const options = NO_COMMANDS.includes(shortName(action)) ? undefined : OF_COMMANDS
  let rest = text
  // Backwards, so that the places of what is cut out stay true.
  for (const word of (splitWords(text, place) ?? []).toReversed()) {
    const pair = readPair(word)
    if (!pair || (options && !options.includes(pair.key))) continue
    args.set(pair.key, { value: written(pair.value, pair.place), place: pair.place, keyPlace: pair.keyPlace })
    const end = word.start + word.text.length
    rest = rest.slice(0, word.start) + rest.slice(end).replace(/^[ \t]+/, '')
  }
  const command = rest.trim()
  if (command !== '') args.set(FREE_FORM, { value: written(command, place), place, keyPlace: place })
  return args
}

const arePairs = (text: string, place: Place): boolean => splitWords(text, place)?.every(readPair) ?? false

function pairsOf(action: string, text: string, place: Place, { problems }: Reading): Map<string, Argument> {
  const args = new Map<string, Argument>()
  const words = splitWords(text, place)
  if (!words) problems.add('BAD_YAML', `a quote or brace in the arguments of ${action} is not closed`, { place })
  for (const word of words ?? []) {
    const pair = readPair(word)
    if (pair) args.set(pair.key, argumentIn(action, pair))
    else
      problems.add('BAD_YAML', `${action} takes no free-form text: ${word.text}`, {
        place: word.place,
        hint: `write its arguments as a map below ${action}:, or as name=value`,
      })
  }
  return args
}

const argumentIn = (action: string, { key, keyPlace, value, place }: Pair): Argument => ({
  value: asExpressions(action, key, rawText(value, place), place),
  place,
  keyPlace,
})

/** A name that must be known before anything runs. */
export const isFixed = (node: YamlScalar): boolean => node.unsafe || !isTemplate(node.text)
