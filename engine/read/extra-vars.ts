import { KplayError, Problems, type Place } from '../errors.ts'
import type { Variable, Vars } from '../value.ts'
import type { Files } from './files.ts'
import { rawText } from './nodes.ts'
import { checkTemplates } from './templates.ts'
import { mergeVars, readVars, readVarsFile } from './vars.ts'
import { readPair, splitWords } from './words.ts'
import { readYaml } from './yaml.ts'

/**
 * Variables of the command line, each `-e` as one text: `@file`, a YAML or JSON map, or `name=value` words (whose
 * values are text). Later ones win. Throws all mistakes at once.
 */
export function readExtraVars(texts: readonly string[], files: Files): Vars {
  const problems = new Problems(files.warn)
  const layers = texts.map((text) => readOne(text.trim(), files, problems))
  checkTemplates(layers, problems)
  problems.throwIfAny()
  return mergeVars(...layers)
}

const COMMAND_LINE: Place = { file: '-e', line: 1, column: 1 }

function readOne(text: string, files: Files, problems: Problems): Vars {
  if (text.startsWith('@')) {
    const path = text.slice(1)
    const before = problems.list.length
    const vars = problems.collect(() => readVarsFile(path, files, problems))
    if (!vars && problems.list.length === before)
      problems.add('NOT_FOUND', `there is no file ${path}`, { hint: '-e @file names a file of variables' })
    return vars ?? new Map()
  }
  if (/^[[{]/.test(text)) {
    const node = readYaml(text, COMMAND_LINE.file, problems)
    return node ? readVars(node, problems) : new Map()
  }
  return readPairs(text, problems)
}

function readPairs(text: string, problems: Problems): Vars {
  const words = splitWords(text, COMMAND_LINE)
  const vars = new Map<string, Variable>()
  if (!words) problems.list.push(mistake('a quote or brace is not closed', COMMAND_LINE))
  for (const word of words ?? []) {
    const pair = readPair(word)
    if (pair) vars.set(pair.key, { value: rawText(pair.value, pair.place), place: word.place })
    else problems.list.push(mistake(`${word.text} is no name=value`, word.place))
  }
  return vars
}

const mistake = (message: string, place: Place): KplayError =>
  new KplayError('BAD_OPTIONS', message, { place, hint: 'write name=value, a JSON or YAML map, or @file' })
