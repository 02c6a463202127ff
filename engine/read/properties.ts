import type { Problems } from '../errors.ts'
import type { Conditions, Keywords, Written } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Vars } from '../value.ts'
import { FORMER, KEYWORDS, keywordsOn, type Inherited, type Keyword, type Level } from './keywords.ts'
import { readModuleDefaults } from './module-defaults.ts'
import type { YamlEntry, YamlMap } from './nodes.ts'
import { mergeVars, NO_VARS, readVars } from './vars.ts'
import { conditions, tagNames, writtenAny, writtenFlag, writtenText, writtenWhole } from './written.ts'

/** A map of a playbook, split: what all levels share, what the level reads itself, and what is no keyword. */
export interface Properties {
  readonly keywords: Keywords
  readonly own: ReadonlyMap<string, YamlEntry>
  /** Modules on a task, parameters on a role; elsewhere reported as mistakes already. */
  readonly others: readonly YamlEntry[]
}

const isTask = (level: Level): boolean => level === 'task' || level === 'handler'

/** Keywords of a play that are modules on a task. */
const ALSO_MODULES = ['user', 'gather_facts']

export const NO_KEYWORDS: Keywords = { when: [], tags: [], vars: NO_VARS }

/** Reads the keywords of a play, role, block or task by the table of keywords. */
export function readProperties(map: YamlMap, level: Level, problems: Problems): Properties {
  const written: Partial<Record<Inherited, Written>> = {}
  const own = new Map<string, YamlEntry>()
  const others: YamlEntry[] = []
  let when: Conditions = []
  let tags: Keywords['tags'] = []
  let vars: Vars = NO_VARS
  let moduleDefaults: Keywords['moduleDefaults']

  for (const entry of map.entries) {
    const { key, keyPlace, value } = entry
    const keyword = Object.hasOwn(KEYWORDS, key) ? KEYWORDS[key] : undefined
    if (keyword?.on.includes(level)) {
      const { kind, field } = keyword
      if (kind === 'own') own.set(key, entry)
      else if (kind === 'refused') refuse(entry, keyword, problems)
      else if (kind === 'conditions') when = conditions(value, key, problems)
      else if (kind === 'tags') tags = tagNames(value, problems)
      else if (kind === 'vars') vars = readVars(value, problems, { strict: true })
      else if (kind === 'module defaults') moduleDefaults = readModuleDefaults(value, problems)
      else if (kind !== 'ignored' && field) {
        const read = READERS[kind](value, key, problems)
        if (written[field] !== undefined)
          problems.add('BAD_YAML', `${key} says the same as another keyword here`, { place: keyPlace })
        if (read) written[field] = read
      }
    } else if (level === 'role') others.push(entry)
    else if (isTask(level) && key.startsWith('with_')) own.set('with_', entry)
    else if (isTask(level) && (!keyword || ALSO_MODULES.includes(key)) && !Object.hasOwn(FORMER, key))
      others.push(entry)
    else reportUnknown(entry, level, problems)
  }
  return { keywords: { ...written, when, tags, vars, ...(moduleDefaults && { moduleDefaults }) }, own, others }
}

function refuse({ key, keyPlace, value }: YamlEntry, { harmless, instead }: Keyword, problems: Problems): void {
  if (value.kind === 'scalar' && (value.value === null || value.text === harmless)) return
  problems.add('BAD_YAML', `the keyword ${key} is not supported`, { place: keyPlace, hint: instead })
}

const READERS = {
  any: writtenAny,
  flag: writtenFlag,
  whole: writtenWhole,
  text: writtenText,
}

export function reportUnknown({ key, keyPlace }: YamlEntry, level: Level, problems: Problems): void {
  const known = KEYWORDS[key]
  const former = FORMER[key]
  const message =
    known || key.startsWith('with_')
      ? `${key} does not belong on a ${level}`
      : `unknown keyword ${key || '""'} on a ${level}`
  const hint = former
    ? `today this is ${former}`
    : known
      ? `it belongs on a ${known.on.join(' or a ')}`
      : (didYouMean(key, keywordsOn(level)) ?? misplaced(key, level))
  problems.add('BAD_YAML', message, { place: keyPlace, hint })
}

const misplaced = (key: string, level: Level): string | undefined =>
  level === 'block' && !key.startsWith('with_') ? 'a task of a block stands in its list, behind "- "' : undefined

/** Keywords put around others: what is inside wins, conditions and tags add up. */
export function around(outer: Keywords, inner: Keywords): Keywords {
  return {
    ...outer,
    ...inner,
    when: [...outer.when, ...inner.when],
    tags: [...outer.tags, ...inner.tags],
    vars: mergeVars(outer.vars, inner.vars),
    moduleDefaults: [...(outer.moduleDefaults ?? []), ...(inner.moduleDefaults ?? [])],
  }
}
