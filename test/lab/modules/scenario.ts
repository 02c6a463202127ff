import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

/** What a host has for an init system, or rather the lack of it: its inventory variable `kind`. */
export const kinds = ['systemd', 'sysv', 'busybox'] as const
export type Kind = (typeof kinds)[number]

/** A dry run on bare hosts, the run, the same again, and a dry run after it. */
export const phases = ['check', 'first', 'again', 'last'] as const
export type Phase = (typeof phases)[number]

const turns = ['first', 'middle', 'last'] as const

const status = z.enum(['ok', 'changed', 'maybe'])
type Outcome = Readonly<Record<Phase, z.infer<typeof status>>>
const alike = (one: z.infer<typeof status>): Outcome => ({ check: one, first: one, again: one, last: one })
/** By far the most: a change, once. */
const usual: Outcome = { check: 'changed', first: 'changed', again: 'ok', last: 'ok' }

/** How a task ends: `kept` finds what it wants, `always` is a change in itself. */
const outcome = z
  .union([
    z.enum(['kept', 'always']).transform((word) => alike(word === 'kept' ? 'ok' : 'changed')),
    z.partialRecord(z.enum(phases), status).transform((some): Outcome => ({ ...usual, ...some })),
  ])
  .default(usual)

const refused = z.strictObject({
  code: z.string().optional(),
  /** A part of the message. */
  says: z.string().optional(),
  /** Only the real run finds out: in check mode it is a change. */
  late: z.boolean().default(false),
})

const on = z.array(z.enum(kinds)).optional()

const task = z.object({
  name: z.string(),
  when: z.string().default(''),
  tags: z.array(z.string()).default([]),
  vars: z.object({ outcome, on, refused: refused.optional() }).default({ outcome: usual }),
})

/** A shell script, run as root in the folder `top`, and what it prints. */
const proof = z.strictObject({ run: z.string(), shows: z.string(), on })

const play = z.object({
  name: z.string(),
  vars: z.object({
    /** The folder on the hosts in which all of it happens. */
    top: z.string(),
    on,
    /** What changes nothing comes first; what leaves nothing certain to a dry run (a command, a package) comes last. */
    turn: z.enum(turns).default('middle'),
    prepare: z.union([z.string().transform((script) => ({ all: script })), z.record(z.string(), z.string())]),
    proofs: z.array(proof),
  }),
  tasks: z.array(task),
})

export type Task = z.infer<typeof task> & { readonly on: readonly Kind[] }
export type Proof = Omit<z.infer<typeof proof>, 'on'> & { readonly on: readonly Kind[] }

/** A playbook that any user could run, whose variables also say what is to come of it. */
export interface Scenario {
  readonly name: string
  readonly file: string
  readonly turn: (typeof turns)[number]
  /** Which hosts its play is for. */
  readonly on: readonly Kind[]
  /** The folder on the hosts in which all of it happens. */
  readonly top: string
  readonly prepare: Readonly<Record<string, string>>
  readonly proofs: readonly Proof[]
  readonly tasks: readonly Task[]
  /** Those tagged `refused`, which must fail and leave the host as it is. */
  readonly refusals: readonly Task[]
}

const folder = fileURLToPath(new URL('.', import.meta.url))

/** @throws Error for a playbook that does not say what these tests need to know */
function readScenario(file: string): Scenario {
  const path = join(folder, file)
  const [{ name, vars, tasks }] = z.tuple([play]).parse(parse(readFileSync(path, 'utf8')))
  const names = tasks.map((each) => each.name)
  const twice = names.find((each, at) => names.indexOf(each) !== at)
  if (twice !== undefined) throw new Error(`${file} has two tasks with the name ${twice}`)
  const { top, prepare, proofs, turn, on: hosts = kinds } = vars
  for (const each of tasks) {
    if (each.vars.on && !each.when.includes('kind in on'))
      throw new Error(`${file}: ${each.name} is not for all hosts, so it needs when: kind in on`)
    if (each.tags.includes('refused') !== (each.vars.refused !== undefined))
      throw new Error(`${file}: ${each.name}: the tag and the variable refused go together`)
  }
  const all = tasks.map((each) => ({ ...each, on: each.vars.on ?? hosts }))
  return {
    name,
    file: path,
    turn,
    on: hosts,
    top,
    prepare,
    proofs: proofs.map((each) => ({ ...each, on: each.on ?? hosts })),
    tasks: all.filter(({ vars: { refused } }) => !refused),
    refusals: all.filter(({ vars: { refused } }) => refused),
  }
}

/** All of them, or those that the environment variable MODULES names: `MODULES=copy,file`. */
export function readScenarios(): Scenario[] {
  const only = (process.env['MODULES'] ?? '').split(',').filter(Boolean)
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'))
  const wanted = files.filter((file) => only.length === 0 || only.includes(file.slice(0, -4)))
  return wanted.map(readScenario).sort((one, other) => turns.indexOf(one.turn) - turns.indexOf(other.turn))
}
