import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { controllerFiles } from '../controller/files.ts'
import { KplayError, type Place } from '../errors.ts'
import { readExtraVars } from '../read/extra-vars.ts'
import { Listing } from '../read/inventory/listing.ts'
import { readInventory, type ReadInventory } from '../read/inventory/read.ts'
import { selectHosts, selectLimit } from '../read/patterns.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Value } from '../value.ts'
import { printJson } from '../values/json.ts'
import { printYaml } from '../values/yaml-print.ts'
import { EXIT } from './exit.ts'
import { NONE } from './flags.ts'
import { graphLines } from './inventory-graph.ts'
import type { InventoryFlags } from './inventory.ts'
import { tellRemarks } from './remarks.ts'
import { projectOf, sharedRequest } from './request.ts'
import { openKeyring, warnBeside } from './vault-keyring.ts'

/** `kplay inventory`: reads what a run would read, contacts nobody, prints it in ansible-inventory's shapes. */
export async function inventoryFromCommandLine(group: string | undefined, flags: InventoryFlags): Promise<number> {
  checkFlags(group, flags)
  const folder = resolve(flags.playbookDir ?? process.cwd())
  const project = projectOf(folder)
  const vault = await openKeyring({ flags, settings: project.settings, warn: warnBeside })
  const files = { ...controllerFiles(vault), warn: warnBeside }
  const request = await sharedRequest({ ...NONE, verbose: 0, ...flags, output: 'auto' }, project)
  tellRemarks(project)
  const extraVars = readExtraVars([...request.extraVars], files)
  const playbookFolder = flags.playbookDir === undefined ? undefined : folder
  const options = { ...request.inventoryOptions, extraVars, playbookFolder }
  const inventory = readInventory(request.inventory, files, options)
  const limited = request.limit.length > 0 ? selectLimit(request.limit.join(','), inventory, files) : undefined
  const listing = new Listing(inventory, {
    export: flags.export === true,
    marks: flags.yaml !== true,
    mergeDicts: project.settings.hashBehaviour === 'merge',
    hosts: limited && new Set(limited.map(({ name }) => name)),
    above: { name: 'extra vars', vars: extraVars },
  })
  const text = shown(group, flags, inventory, listing)
  if (flags.output === undefined) process.stdout.write(text)
  else write(resolve(flags.output), text)
  return EXIT.ok
}

function checkFlags(group: string | undefined, { list, host, graph }: InventoryFlags): void {
  const chosen = [list, host, graph].filter((each) => each !== undefined)
  if (chosen.length !== 1)
    throw new KplayError('BAD_OPTIONS', 'one of --list, --host and --graph is needed, and only one', {
      hint: 'kplay inventory --graph shows groups and hosts as a tree',
    })
  if (group !== undefined && !graph)
    throw new KplayError('BAD_OPTIONS', `${group}: only --graph begins with a group`, {
      hint: `to list some hosts only, add -l ${group}`,
    })
}

function shown(group = 'all', flags: InventoryFlags, inventory: ReadInventory, listing: Listing): string {
  if (flags.graph) {
    const top = inventory.groups.get(group)
    if (!top) throw noGroup(group, inventory)
    const place = flags.places ? placeText : undefined
    return `${graphLines(top, inventory, listing, { vars: flags.vars === true, place }).join('\n')}\n`
  }
  if (flags.host !== undefined) return printed(listing.host(oneHost(flags.host, inventory)), flags)
  return printed(flags.yaml ? listing.nested() : listing.script(), flags)
}

const placeText = ({ file, line }: Place): string => `(${file === '-i' ? file : relative('', file)}:${line})`

function oneHost(pattern: string, inventory: ReadInventory): string {
  const [host, ...others] = selectHosts(pattern, inventory, { place: { file: '--host', line: 1, column: 1 } })
  if (host && others.length === 0) return host.name
  throw new KplayError('BAD_OPTIONS', `--host ${pattern} means ${others.length + (host ? 1 : 0)} hosts, not one`, {
    hint: `kplay inventory --list -l ${pattern} shows all of them`,
  })
}

function noGroup(name: string, { groups }: ReadInventory): KplayError {
  return new KplayError('BAD_OPTIONS', `there is no group ${name}`, {
    hint: didYouMean(name, [...groups.keys()]) ?? `there are ${[...groups.keys()].slice(0, 12).join(', ')}`,
  })
}

const JSON_STYLE = { indent: '    ', sortKeys: true, ascii: false, item: ',', key: ': ' }
const YAML_STYLE = {
  indent: 2,
  flow: 'none',
  sortKeys: true,
  width: 80,
  unicode: true,
  explicitStart: false,
  explicitEnd: false,
  quoted: undefined,
} as const

const printed = (value: Value, { yaml }: InventoryFlags): string =>
  yaml ? printYaml(value, YAML_STYLE) : `${printJson(value, JSON_STYLE)}\n`

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    throw new KplayError('BAD_OPTIONS', `cannot write ${path}`, { cause, hint: 'is the folder there, and yours?' })
  }
}
