import { dirname } from 'node:path'
import { KplayError, Problems } from '../../errors.ts'
import type { Inventory, InventoryChange } from '../../model.ts'
import type { Vars } from '../../value.ts'
import type { Files } from '../files.ts'
import { checkTemplates } from '../templates.ts'
import { NO_VARS } from '../vars.ts'
import { finishInventory, layersIn, type Finished } from './finish.ts'
import { varsBeside } from './folders.ts'
import { InventoryGraph } from './graph.ts'
import { grow } from './grow.ts'
import { isSafe, type GroupNames } from './names.ts'
import type { PluginPorts } from './plugin.ts'
import type { ScriptAnswer } from './script.ts'
import { Source } from './source.ts'
import { emptyFolders, isHostList, sourceFiles, type Ignored } from './sources.ts'
import { readSourceText } from './text.ts'

/** How inventories are read; settings of a project. */
export interface InventorySettings {
  readonly groupNames?: GroupNames | undefined
  readonly ignored?: Ignored | undefined
  /** Whether of two dicts that sources give under one name the later one is put into the other. */
  readonly mergeDicts?: boolean | undefined
  /** Whether templates in what scripts print are rendered. */
  readonly trustScripts?: boolean | undefined
  /** Whether it is a mistake where a source says nothing, and where all of them do. */
  readonly silent?: { readonly any: boolean; readonly all: boolean } | undefined
}

export interface InventoryOptions extends InventorySettings {
  /** The playbook's folder: its group_vars/ and host_vars/ win over the inventory's. */
  readonly playbookFolder?: string | undefined
  /** What the programs among the sources printed, by path. */
  readonly scripts?: ReadonlyMap<string, ScriptAnswer> | undefined
  /** For plugins that ask for them. */
  readonly extraVars?: Vars | undefined
}

/**
 * An inventory that also knows the controller (`localhost` where no source names it) and where its variables come
 * from.
 */
export interface ReadInventory extends Inventory, Finished {
  readonly hosts: Finished['hosts']
  readonly groups: Finished['groups']
  /** The same with what a task adds; undefined: that is nothing new. */
  grown(change: InventoryChange): ReadInventory | undefined
}

/**
 * Reads all sources (files, folders of files, `host,host,` lists) into one inventory; of later ones the variables win.
 * Throws all mistakes at once: BAD_YAML with places, NOT_FOUND for a source that is not there.
 */
export function readInventory(sources: readonly string[], files: Files, options: InventoryOptions = {}): ReadInventory {
  const problems = new Problems()
  const graph = new InventoryGraph(options)
  const { warn } = files
  const names = options.groupNames ?? 'never'
  const read: string[] = []
  const folders: string[] = []
  const silent: string[] = []
  let spoken = false
  const ports: PluginPorts = {
    extraVars: options.extraVars ?? NO_VARS,
    magic: { vault: files.vault },
    hostLayers: (withFiles) => {
      const inventory = varsBeside(withFiles ? folders : [], files, problems)
      const layersOf = layersIn(graph, { inventory, playbook: () => [] }, graph.depths())
      return (host) => {
        const { groups, own } = layersOf(host)
        return [...groups, ...own]
      }
    },
  }
  for (const name of sources) {
    if (isHostList(name, files)) {
      readHostList(new Source(name, graph, { problems, warn, names }))
      spoken = true
      continue
    }
    folders.push(files.isDirectory(name) ? name : dirname(name))
    silent.push(...emptyFolders(name, files, options.ignored))
    for (const path of sourceFiles(name, files, options.ignored)) {
      const source = new Source(path, graph, { problems, warn, names })
      const answer = options.scripts?.get(path)
      const text = answer ?? problems.collect(() => found(path, files.readText(path)))
      if (text === undefined) continue
      read.push(path)
      if (readSourceText(text, source, { ports, trusted: options.trustScripts === true })) spoken = true
      else silent.push(path)
    }
  }
  if (options.silent?.any)
    for (const path of silent) problems.add('NOT_FOUND', `the inventory ${path} says nothing`, ANY)
  else if (options.silent?.all && !spoken) problems.add('NOT_FOUND', 'no inventory says anything', ALL)
  const beside = {
    inventory: varsBeside(lastOnes(folders), files, problems),
    playbook: varsBeside(options.playbookFolder === undefined ? [] : [options.playbookFolder], files, problems),
  }
  const finished = finishInventory(graph, beside)
  checkTemplates(finished.hosts, problems)
  problems.throwIfAny()
  if (names === 'never' || names === 'always') warnOfNames(graph, files)
  const asIs = (finished: Finished): ReadInventory => ({
    ...finished,
    sources: read,
    grown: (change) => (grow(graph, change) ? asIs(finishInventory(graph, beside)) : undefined),
  })
  return asIs(finished)
}

const ANY = { hint: 'name a host in it, or switch inventory_any_unparsed_is_failed off' }
const ALL = { hint: 'name a file with hosts with -i, or switch inventory_unparsed_is_failed off' }

/** Each folder once, where it is named last. */
const lastOnes = (folders: readonly string[]): readonly string[] => [...new Set(folders.toReversed())].reverse()

function found(path: string, text: string | undefined): string {
  if (text !== undefined) return text
  throw new KplayError('NOT_FOUND', `there is no inventory ${path}`, {
    hint: 'name a file or a folder with -i, or hosts as in -i host1,host2,',
  })
}

function readHostList(source: Source): void {
  for (const host of source.name.split(/,(?![^[]*\])/).map((name) => name.trim())) {
    const place = { file: '-i', line: 1, column: source.name.indexOf(host) + 1 }
    // Of a host that another source names already this one says nothing.
    if (host !== '' && !source.graph.hosts.has(host)) source.hosts(host, 'ungrouped', NO_VARS, place)
  }
}

function warnOfNames({ groups }: InventoryGraph, { warn }: Files): void {
  const names = [...groups.values()].filter(({ name }) => !isSafe(name))
  const [first] = names
  if (!first || !warn) return
  const shown = names.slice(0, SHOWN).map(({ name }) => name)
  const message = `names of groups that are no names for variables: ${shown.join(', ')}${names.length > SHOWN ? ' …' : ''}; groups.${first.name} cannot be written, groups['${first.name}'] can`
  warn(message, first.place)
}

const SHOWN = 5
