import type { Node, Play, Written } from '../model.ts'
import { isNothing, kindOf, rawOf, type YamlMap, type YamlNode } from './nodes.ts'
import { readPlaySpec } from './play-spec.ts'
import { readPrompts } from './prompts.ts'
import { readProperties } from './properties.ts'
import type { Reading } from './reading.ts'
import { readRoleEntries } from './role-entry.ts'
import { readNodes } from './task.ts'
import { writtenAny, writtenFlag, writtenText, writtenWhole } from './written.ts'

/** One play of a playbook; undefined: it has no hosts, which is reported. */
export function readPlay(map: YamlMap, playbook: Reading): Play | undefined {
  const { problems } = playbook
  const { keywords, own } = readProperties(map, 'play', problems)
  const moreHandlers: Node[] = []
  const reading: Reading = { ...playbook, moreHandlers }
  const optional = <T>(key: string, read: (node: YamlNode) => T): T | undefined => {
    const entry = own.get(key)
    return entry && read(entry.value)
  }
  const tasks = (key: string): readonly Node[] => optional(key, (node) => readNodes(node, reading)) ?? []
  const text = (key: string): Written | undefined => optional(key, (node) => writtenText(node, key, problems))

  const hosts = optional('hosts', (node) => readHosts(node, reading))
  if (!own.has('hosts'))
    problems.add('BAD_YAML', 'the play has no hosts', { place: map.place, hint: 'hosts: all, or the name of a group' })
  const play = {
    name: text('name'),
    place: map.place,
    gatherFacts: optional('gather_facts', (node) => writtenFlag(node, 'gather_facts', problems)),
    gatherSubset: optional('gather_subset', writtenAny),
    gatherTimeout: optional('gather_timeout', (node) => writtenWhole(node, 'gather_timeout', problems)),
    factPath: text('fact_path'),
    prompts: optional('vars_prompt', (node) => readPrompts(node, problems)) ?? [],
    spec: optional('validate_argspec', (node) => readPlaySpec(node, reading)),
    keywords,
    varsFiles: optional('vars_files', varsFiles) ?? [],
    serial: optional('serial', writtenAny),
    order: text('order'),
    strategy: text('strategy'),
    maxFailPercentage: optional('max_fail_percentage', (node) => writtenWhole(node, 'max_fail_percentage', problems)),
    forceHandlers: optional('force_handlers', (node) => writtenFlag(node, 'force_handlers', problems)),
    roles:
      optional('roles', (node) =>
        readRoleEntries(node, reading).flatMap((use) => reading.readRole(use, reading) ?? []),
      ) ?? [],
    preTasks: tasks('pre_tasks'),
    tasks: tasks('tasks'),
    postTasks: tasks('post_tasks'),
  }
  const handlers = optional('handlers', (node) => readNodes(node, { ...reading, part: 'handlers' })) ?? []
  // As in Ansible those of imported roles come last: of two with one name the last one counts.
  return hosts && { ...play, hosts, handlers: [...handlers, ...moreHandlers] }
}

/** A pattern, or a list of patterns. */
function readHosts(node: YamlNode, { problems }: Reading): Written | undefined {
  const items = node.kind === 'list' ? node.items : [node]
  const wrong = items.find((item) => item.kind !== 'scalar' || item.value === null)
  if (!wrong && items.length > 0)
    return { value: node.kind === 'scalar' ? textOf(node) : items.map(textOf), place: node.place }
  const given = items.length === 0 ? 'an empty list' : kindOf(wrong ?? node)
  problems.add('BAD_YAML', `hosts is a pattern or a list of patterns, not ${given}`, { place: (wrong ?? node).place })
  return undefined
}

const textOf = (node: YamlNode): Written['value'] => {
  const raw = rawOf(node)
  return node.kind === 'scalar' && typeof raw !== 'object' ? node.text : raw
}

/** A list within means: the first of these that exists. */
function varsFiles(node: YamlNode): readonly Written[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).map((item) => ({ value: rawOf(item), place: item.place }))
}
