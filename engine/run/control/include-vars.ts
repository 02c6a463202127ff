import { KplayError } from '../../errors.ts'
import { choice, flag, list, text, whole } from '../../schema/field.ts'
import type { Raw, Value, Variable, Vars } from '../../value.ts'
import { pythonRegex } from '../../values/regex.ts'
import { evaluate } from '../../values/template.ts'
import { defineControl, type ControlContext } from './define.ts'
import { filesBelow, type Choice } from './vars-folder.ts'

const OF_FOLDERS = ['depth', 'files_matching', 'ignore_files', 'extensions', 'ignore_unknown_extensions'] as const

export const includeVars = defineControl({
  name: 'include_vars',
  summary: 'Reads variables from YAML files of the controller.',
  args: {
    file: text({ optional: true, aliases: ['_raw_params'], help: "A file of the role's or playbook's vars folder." }),
    dir: text({ optional: true, help: 'A folder, of which all files are read in the order of their names.' }),
    name: text({ optional: true, help: 'Put them into this one variable.' }),
    hash_behaviour: choice(['replace', 'merge'], {
      optional: true,
      help: 'Whether dicts that are there already are replaced or merged; the project’s own way where absent.',
    }),
    depth: whole({ default: 0, help: 'Of a folder: how many levels are read; 0 is all.' }),
    files_matching: text({ optional: true, help: 'Of a folder: a regular expression that names must match.' }),
    ignore_files: list(text({ help: 'A regular expression.' }), {
      optional: true,
      help: 'Of a folder: names to pass over.',
    }),
    extensions: list(text({ help: 'An extension.' }), {
      optional: true,
      help: 'Of a folder: yaml, yml and json, or these.',
    }),
    ignore_unknown_extensions: flag({ optional: true, help: 'Of a folder: pass over files with another extension.' }),
  },
  freeForm: 'file',
  examples: [
    { title: 'By family', args: { file: '{{ ansible_facts.os_family }}.yml' } },
    { title: 'A folder', args: { dir: 'vars/services', name: 'services' } },
  ],
  rule(args) {
    const ofFolders = OF_FOLDERS.some((key) => args[key] !== undefined && args[key] !== 0)
    if (args.file !== undefined && (args.dir !== undefined || ofFolders))
      return 'You are mixing file only and dir only arguments, these are incompatible'
    return args.file === undefined && args.dir === undefined ? 'give file or dir' : undefined
  },
  async run(args, context) {
    const { run, place } = context
    const paths = args.dir === undefined ? [args.file ?? ''] : await filesBelow(args.dir, choiceOf(args), context)
    const read = paths.map((path) => run.readVars(path, place))
    const all = new Map<string, Variable>(read.flatMap((vars) => [...vars]))
    const named = args.name === undefined ? all : new Map([[args.name, { value: asDict(all) }]])
    const merging = (args.hash_behaviour ?? run.options.hashBehaviour) === 'merge'
    const included = merging ? merged(named, context) : named
    return {
      values: { ansible_included_var_files: paths.map((path) => pathOf(path, context)) },
      exact: new Map<string, Value>([['ansible_facts', shown(included, context)]]),
      learnt: { included },
    }
  },
})

const asDict = (vars: Vars): Raw => new Map<Value, Raw>([...vars].map(([key, { value }]) => [key, value]))

function choiceOf(args: {
  readonly depth: number
  readonly files_matching: string | undefined
  readonly ignore_files: readonly string[] | undefined
  readonly extensions: readonly string[] | undefined
  readonly ignore_unknown_extensions: boolean | undefined
}): Choice {
  return {
    depth: args.depth === 0 ? Infinity : args.depth,
    matching: args.files_matching === undefined ? undefined : pythonRegex(args.files_matching),
    ignored: (args.ignore_files ?? []).map((source) => pythonRegex(`${source}$`)),
    extensions: args.extensions ?? ['yaml', 'yml', 'json'],
    skipOthers: args.ignore_unknown_extensions === true,
  }
}

/** Dicts that the host has under the same names keep what the new ones do not say. */
function merged(vars: Vars, { scope }: ControlContext): Vars {
  return new Map(
    [...vars].map(([name, variable]): [string, Variable] => {
      const before = scope.lookup(name)?.value
      return [name, before === undefined ? variable : { ...variable, value: together(before, variable.value) }]
    }),
  )
}

function together(before: Raw, after: Raw): Raw {
  if (!(before instanceof Map) || !(after instanceof Map)) return after
  const all = new Map<Value, Raw>(before as ReadonlyMap<Value, Raw>)
  for (const [key, value] of after as ReadonlyMap<Value, Raw>) {
    const old = all.get(key)
    all.set(key, old === undefined ? value : together(old, value))
  }
  return all
}

/** What was read, rendered as far as that can be done now. */
function shown(vars: Vars, { scope }: ControlContext): Value {
  const seen = scope.with({ name: 'include_vars', vars })
  const entries = [...vars].map(([name, { value }]): [Value, Value] => {
    try {
      return [name, evaluate(value, seen)]
    } catch (error) {
      if (!(error instanceof KplayError)) throw error
      return [name, null]
    }
  })
  return new Map(entries)
}

const pathOf = (path: string, { run, place }: ControlContext): string =>
  path.startsWith('/') ? path : (run.filesFor(place).resolve(path, 'vars') ?? path)
