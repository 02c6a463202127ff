import { dirname, isAbsolute, join } from 'node:path'
import { at, KplayError, Problems } from '../errors.ts'
import type { Keywords, Play, Playbook } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Files } from './files.ts'
import type { Vars } from '../value.ts'
import { Scope } from '../values/scope.ts'
import { evaluateText } from '../values/template.ts'
import { isNothing, kindOf, type YamlMap, type YamlNode } from './nodes.ts'
import { readPlay } from './play.ts'
import { around } from './properties.ts'
import { shortName, type PlaybookOptions, type Reading } from './reading.ts'
import { readRole } from './role.ts'
import { readNodes } from './task.ts'
import { checkTemplates } from './templates.ts'
import { readVars } from './vars.ts'
import { conditions, tagNames, writtenText } from './written.ts'
import { readYaml } from './yaml.ts'

export type { PlaybookOptions } from './reading.ts'

/**
 * Reads a playbook with all that it imports: playbooks, files of tasks, roles. Throws every mistake at once (BAD_YAML,
 * NOT_FOUND), each with its place.
 */
export function readPlaybook(path: string, files: Files, options: PlaybookOptions): Playbook {
  const problems = new Problems(files.warn)
  const reading: Reading = {
    files,
    problems,
    options,
    playbookFolder: dirname(path),
    file: path,
    part: 'tasks',
    open: [],
    moreHandlers: [],
    readNodes,
    readRole,
  }
  const plays = readPlays(path, reading)
  checkTemplates(plays, problems)
  const playbook = { path, plays }
  problems.collect(() => options.validate?.(playbook))
  throwUnique(problems)
  return playbook
}

/** File by file and in the order of lines; a role used twice has its mistakes once. */
function throwUnique(problems: Problems): void {
  const unique = new Problems()
  const seen = new Set<string>()
  const files = [...new Set(problems.list.map(({ place }) => place?.file))]
  const sorted = problems.list.toSorted(
    ({ place: a }, { place: b }) =>
      files.indexOf(a?.file) - files.indexOf(b?.file) ||
      (a?.line ?? 0) - (b?.line ?? 0) ||
      (a?.column ?? 0) - (b?.column ?? 0),
  )
  for (const problem of sorted) {
    const { file = '', line = 0, column = 0 } = problem.place ?? {}
    const key = `${file}:${line}:${column} ${problem.message}`
    if (!seen.has(key)) unique.keep(problem)
    seen.add(key)
  }
  unique.throwIfAny()
}

function readPlays(path: string, reading: Reading): readonly Play[] {
  const { files, problems } = reading
  const text = problems.collect(() => {
    const found = files.readText(path)
    if (found !== undefined) return found
    if (files.isDirectory(path))
      throw new KplayError('NOT_FOUND', `${path} is a folder, not a playbook`, { hint: 'name one of its files' })
    throw new KplayError('NOT_FOUND', `there is no playbook ${path}`)
  })
  const node = text === undefined ? undefined : readYaml(text, path, problems)
  if (!node) return []
  if (node.kind !== 'list') {
    const hint = node.kind === 'map' ? 'put "- " before the play' : undefined
    problems.add('BAD_YAML', `a playbook is a list of plays, not ${kindOf(node)}`, { place: node.place, hint })
    return []
  }
  if (node.items.length === 0) problems.add('BAD_YAML', 'the playbook has no plays', { place: node.place })
  const inside: Reading = { ...reading, file: path, playbookFolder: dirname(path), open: [...reading.open, path] }
  return node.items.flatMap((item) => {
    if (item.kind === 'map') {
      return isImport(item) ? readImport(item, inside) : (readPlay(item, inside) ?? [])
    }
    if (!isNothing(item)) problems.add('BAD_YAML', `a play is a map, not ${kindOf(item)}`, { place: item.place })
    return []
  })
}

const isImport = ({ entries }: YamlMap): boolean => entries.some(({ key }) => shortName(key) === 'import_playbook')

const IMPORT_KEYS = ['import_playbook', 'name', 'tags', 'when', 'vars']

/** `import_playbook`: its plays, with the tags, conditions and variables of the import around them. */
function readImport(map: YamlMap, reading: Reading): readonly Play[] {
  const { problems } = reading
  const entries = new Map(map.entries.map((entry) => [shortName(entry.key), entry]))
  for (const { key, keyPlace } of map.entries)
    if (!IMPORT_KEYS.includes(shortName(key)))
      problems.add('BAD_YAML', `${key} does not belong beside import_playbook`, {
        place: keyPlace,
        hint: didYouMean(key, IMPORT_KEYS) ?? `known: ${IMPORT_KEYS.join(', ')}`,
      })
  const imported = entries.get('import_playbook')
  const [tags, when, vars] = [entries.get('tags'), entries.get('when'), entries.get('vars')]
  const ownVars: Vars = vars ? readVars(vars.value, problems, { strict: true }) : new Map()
  const name = imported && problems.collect(() => playbookName(imported.value, ownVars, reading))
  if (!imported || name === undefined) return []
  const path = isAbsolute(name) ? name : join(reading.playbookFolder, name)
  if (reading.open.includes(path)) {
    problems.add('BAD_YAML', `${name} imports itself`, { place: imported.value.place })
    return []
  }
  if (!reading.files.exists(path)) {
    problems.add('NOT_FOUND', `there is no playbook ${path}`, { place: imported.value.place })
    return []
  }
  const outer: Keywords = {
    tags: tags ? tagNames(tags.value, problems) : [],
    when: when ? conditions(when.value, 'when', problems) : [],
    vars: ownVars,
  }
  return readPlays(path, reading).map((play) => {
    const keywords = around(outer, play.keywords)
    // Unlike elsewhere the variables of the import win over those of the play.
    return { ...play, keywords: { ...keywords, vars: around(play.keywords, outer).vars } }
  })
}

/** Variables in it are those of the import and of the command line: there is no play yet that could have others. */
function playbookName(node: YamlNode, vars: Vars, { problems, options }: Reading): string | undefined {
  const written = writtenText(node, 'the name of a playbook', problems)
  if (!written) return undefined
  const scope = new Scope([
    { name: 'vars of the import', vars },
    { name: 'extra vars', vars: options.extraVars ?? new Map() },
  ])
  try {
    return evaluateText(written.value, scope)
  } catch (error) {
    throw at(written.place, error)
  }
}
