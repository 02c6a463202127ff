import { dirname, join } from 'node:path'
import { KplayError, Problems } from '../../errors.ts'
import type { Host, Inventory } from '../../model.ts'
import type { Files } from '../files.ts'
import { isNothing } from '../nodes.ts'
import { checkTemplates } from '../templates.ts'
import { NO_VARS } from '../vars.ts'
import { readYaml } from '../yaml.ts'
import { varsBeside } from './folders.ts'
import { InventoryGraph } from './graph.ts'
import { readIniInventory } from './ini.ts'
import { expandHost } from './ranges.ts'
import { readYamlInventory } from './yaml.ts'

export interface InventoryOptions {
  /** The playbook's folder: its group_vars/ and host_vars/ win over the inventory's. */
  readonly playbookFolder?: string | undefined
}

/** An inventory that also knows the controller: `localhost` where no source names it. */
export interface ReadInventory extends Inventory {
  /** The implicit host for localhost, 127.0.0.1 or ::1. It is in no group, but `all`'s variables are its own. */
  implicit(name: string): Host
}

/**
 * Reads all sources (files, folders of files, `host,host,` lists) into one inventory. Throws all mistakes at once:
 * BAD_YAML with places, NOT_FOUND for a source that is not there.
 */
export function readInventory(sources: readonly string[], files: Files, options: InventoryOptions = {}): ReadInventory {
  const problems = new Problems()
  const graph = new InventoryGraph()
  const read: string[] = []
  const folders: string[] = []
  for (const source of sources) {
    if (isHostList(source)) readHostList(source, graph, problems)
    else if (files.isDirectory(source)) {
      folders.push(source)
      for (const path of inventoryFiles(source, files)) readSource(path)
    } else {
      folders.push(dirname(source))
      readSource(source)
    }
  }
  const beside = {
    inventory: varsBeside([...new Set(folders)], files, problems),
    playbook: varsBeside(options.playbookFolder === undefined ? [] : [options.playbookFolder], files, problems),
  }
  const finished = graph.finish(beside)
  checkTemplates(finished.hosts, problems)
  problems.throwIfAny()
  return { ...finished, sources: read }

  function readSource(path: string): void {
    const text = problems.collect(() => found(path, files.readText(path)))
    if (text === undefined) return
    read.push(path)
    readText(text, path, graph, problems)
  }
}

const isHostList = (source: string): boolean => source.includes(',')

function found(path: string, text: string | undefined): string {
  if (text !== undefined) return text
  throw new KplayError('NOT_FOUND', `there is no inventory ${path}`, {
    hint: 'name a file or a folder with -i, or hosts as in -i host1,host2,',
  })
}

function readHostList(source: string, graph: InventoryGraph, problems: Problems): void {
  for (const host of source.split(',').map((name) => name.trim()))
    if (host !== '')
      problems.collect(() => {
        const place = { file: '-i', line: 1, column: source.indexOf(host) + 1 }
        const { names, port } = expandHost(host, place)
        const vars = port === undefined ? NO_VARS : new Map([['ansible_port', { value: port }]])
        for (const name of names) graph.host(name, 'ungrouped', vars, '')
      })
}

const IGNORED = /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)|~)$/

/** The files of an inventory folder, sorted by name, folders in it included. */
function inventoryFiles(folder: string, files: Files): readonly string[] {
  return (files.list(folder) ?? [])
    .filter((name) => !IGNORED.test(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (files.isDirectory(path) ? inventoryFiles(path, files) : [path]))
}

function readText(text: string, path: string, graph: InventoryGraph, problems: Problems): void {
  if (text.startsWith('#!')) {
    problems.add('BAD_YAML', 'dynamic inventories (scripts) are not supported yet', {
      place: { file: path, line: 1, column: 1 },
      hint: 'write its answer to a YAML file',
    })
  } else if (/\.(?:ya?ml|json)$/.test(path) || text.startsWith('$ANSIBLE_VAULT;')) {
    const node = readYaml(text, path, problems)
    if (node) readYamlInventory(node, graph, path, problems)
  } else if (/\.[^./]+$/.test(path)) {
    readIniInventory(text, graph, path, problems)
  } else {
    // Without an extension it may be either: an INI file is no YAML map.
    const node = readYaml(text, path, new Problems())
    if (node && (node.kind === 'map' || isNothing(node))) readYamlInventory(node, graph, path, problems)
    else readIniInventory(text, graph, path, problems)
  }
}
