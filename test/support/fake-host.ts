import { KplayError } from '../../engine/errors.ts'
import type { CommandResult, Extraction, Reader, Unit } from '../../engine/host/reader.ts'
import { effectsOf, type Effect, type Step, type StepResult } from '../../engine/host/step.ts'
import { absorb } from './absorb.ts'
import { answerZookeeper } from './fake-zookeeper.ts'
import { machineFrom, stopped, type Canned, type Machine } from './fake-machine.ts'

export interface FakeHost {
  readonly machine: Machine
  readonly reader: Reader
  /** Every step it was told to run. */
  readonly told: Step[]
  run(step: Step): StepResult
  absorb(effects: readonly Effect[]): void
}

/** A host in memory, made of canned state, that remembers what steps say they leave behind. */
export function fakeHost(
  canned: Canned = {},
  controller: (file: string) => Buffer | undefined = () => undefined,
): FakeHost {
  const machine = machineFrom(canned, controller)
  const told: Step[] = []
  return {
    machine,
    told,
    reader: readerOf(machine),
    absorb: (effects) => {
      for (const effect of effects) absorb(machine, effect)
    },
    run(step) {
      told.push(step)
      const text = step.kind === 'run' ? step.command.text : step.kind === 'write' ? step.path : step.from
      const result = { ...SILENT, ...answerFor(canned.ran, text) }
      const backup =
        step.kind === 'write' && step.backup && machine.files.get(step.path)
          ? `${step.path}.1.2024-01-01@00:00:00~`
          : undefined
      const fine =
        result.code === 0 ||
        (step.kind === 'run' && (step.okCodes === 'any' || step.okCodes?.includes(result.code ?? -1)))
      if (fine) for (const effect of effectsOf(step)) absorb(machine, effect)
      return { ...result, step, backup }
    },
  }
}

const SILENT: CommandResult = { code: 0, signal: null, stdout: '', stderr: '' }

function answerFor(canned: Canned['answers'], text: string): Partial<CommandResult> | undefined {
  const found = Object.entries(canned ?? {}).find(([key]) =>
    /^\/.*\/$/s.test(key) ? new RegExp(key.slice(1, -1)).test(text) : key === text,
  )?.[1]
  return typeof found === 'string' ? { stdout: found } : found
}

/** Of a name that nobody bears (any more); root is there without being told. */
const numberOf = (name: string): number => (name === 'root' ? 0 : /^\d+$/.test(name) ? Number(name) : 60_000)

function readerOf(machine: Machine): Reader {
  const { files, canned } = machine
  const ids = {
    uid: (name: string) => machine.accounts.get(name)?.uid ?? numberOf(name),
    gid: (name: string) => machine.groups.get(name)?.gid ?? numberOf(name),
  }
  const open = (path: string): string => {
    const why = canned.closed?.[path]
    if (why !== undefined) throw new KplayError('CANNOT_LOOK', `${path}: ${why}`)
    return path
  }
  const journal = (name: string): string | undefined => canned.journals?.[name]
  return {
    lstat: async (path) => files.entry(open(path), false, ids),
    stat: async (path) => files.entry(open(path), true, ids),
    realpath: async (path) => (files.get(open(path)) ? files.resolve(path, true) : undefined),
    readText: async (path, limit) => files.bytes(open(path), limit)?.toString(),
    readBytes: async (path, limit) => files.bytes(open(path), limit),
    digest: async (path, algorithm) => files.digest(open(path), algorithm),
    children: async (path) => {
      if (!files.get(open(path))) return undefined
      return [...new Set(files.below(path).map((name) => name.split('/')[0] ?? ''))]
    },
    tree: async (path) => {
      if (!files.get(open(path))) return undefined
      const top = files.resolve(path, true)
      const rows = files.below(path).map((name) => [name, files.entry(`${top}/${name}`, false, ids)] as const)
      return new Map(rows.flatMap(([name, entry]) => (entry ? [[name, entry] as const] : [])))
    },
    glob: async (pattern) => {
      const words = pattern
        .replace(/[.+^$|()\\{}]/g, String.raw`\$&`)
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')
      return [...files.nodes.keys()].filter((path) => new RegExp(`^${words}$`).test(path)).sort()
    },
    tool: async (...names) => {
      const name = names.find((one) => !canned.missing?.includes(one))
      return name === undefined ? undefined : `/usr/bin/${name}`
    },
    sysctl: async (key) => machine.sysctls.get(key),
    serviceManager: async () => machine.manager,
    unitFilesRead: async () => ![...machine.units.values()].some(({ needsReload }) => needsReload),
    unit: async (name) => unitOf(machine, name),
    account: async (name) => machine.accounts.get(name),
    group: async (name) => machine.groups.get(name),
    package: async (name) => {
      const version = machine.packages.get(name)
      return version === undefined ? undefined : { name, version }
    },
    candidate: async (name) => canned.candidates?.[name],
    mounts: async () => machine.mounts,
    blockDevice: async (path) => machine.devices.get(files.resolve(open(path), true)) ?? machine.devices.get(path),
    superblock: async (device) => machine.superblocks.get(device),
    extraction: async (stampPath, destination) => extraction(machine, stampPath, destination),
    process: async (pid) => {
      const found = canned.processes?.[pid]
      return found && { startTime: 1, ...found }
    },
    listening: async () =>
      (canned.listening ?? []).map(({ address = '0.0.0.0', port }, at) => ({ address, port, inode: at + 1 })),
    tail: async (path, lines) => files.bytes(open(path))?.toString().split('\n').slice(-lines).join('\n'),
    journal: async (name) => journal(name),
    dial: async (address, port, { send = '' }) => {
      const place = `${address}:${port}`
      const found = canned.dials?.[`${place} ${send.toString()}`] ??
        canned.dials?.[place] ?? { error: 'connection refused' }
      if (typeof found !== 'string' && 'error' in found)
        return { connected: false, data: '', bytes: Buffer.alloc(0), late: false, ...found }
      const bytes = typeof found === 'string' ? Buffer.from(found) : answerZookeeper(found.zookeeper, Buffer.from(send))
      return { connected: true, data: bytes.toString(), bytes, late: false }
    },
    ask: async (command) => {
      const found = answerFor(canned.answers, command.text)
      if (!found) throw new Error(`the fake host has no answer for: ${command.text}`)
      return { ...SILENT, ...found }
    },
  }
}

function extraction(machine: Machine, stampPath: string, destination: string): Extraction | undefined {
  const { files } = machine
  const found = machine.extractions.get(files.resolve(stampPath, true))
  if (!found) return undefined
  const { stamp, entries } = found
  const damage = [...found.damage]
  for (const { path, kind, empty } of entries === 'unknown' ? [] : entries) {
    const node = files.get(`${destination}/${path}`, false)
    if (node?.kind !== kind || (kind === 'file' && !empty && files.size(node) === 0)) damage.push(path)
  }
  return { stamp, damage }
}

/** What is canned, else what a unit file or init script on the fake host makes. */
function unitOf({ units, files, manager }: Machine, name: string): Unit {
  const found = units.get(name) ?? units.get(`${name}.service`) ?? units.get(name.replace(/\.service$/, ''))
  if (found) return found
  const unit = name.includes('.') ? name : `${name}.service`
  const places =
    manager === 'systemd'
      ? [`/etc/systemd/system/${unit}`, `/lib/systemd/system/${unit}`, `/usr/lib/systemd/system/${unit}`]
      : [`/etc/init.d/${name}`]
  return { ...stopped(manager), ...(places.some((path) => files.get(path)) && { load: 'loaded' as const }) }
}
