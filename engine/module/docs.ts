import type { Field, Fields } from '../schema/field.ts'

/** What the documentation needs of a module of any kind; control modules are documented in the same way. */
export interface Documented {
  readonly kind: string
  readonly name: string
  readonly summary: string
  readonly notes?: string | undefined
  readonly args: Fields
  readonly freeForm?: string | undefined
  readonly always?: string | undefined
  readonly examples: readonly { readonly title: string; readonly args: object }[]
}

/** What a module is and takes, as Markdown: `kplay doc NAME` and the generated pages. */
export function markdown(module: Documented): string {
  const parts = [`### ${module.name}`, module.summary, ...(module.notes === undefined ? [] : [module.notes])]
  parts.push(...honesty(module))
  if (Object.keys(module.args).length > 0) parts.push(table(module.args))
  if (module.freeForm !== undefined) parts.push(`Free text after the module's name is its \`${module.freeForm}\`.`)
  for (const { title, args } of module.examples)
    parts.push(`${title}:\n\n${fenced([`- ${module.name}:`, ...yaml(args, 4)])}`)
  return `${parts.join('\n\n')}\n`
}

/** One row for each module: the table of README and of `kplay doc`. Aliases stand beside what they lead to. */
export function summaryTable(modules: Iterable<Documented>): string {
  const rows = [...modules]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((module) => `| \`${module.name}\` | ${module.summary} |`)
  return ['| module | |', '| --- | --- |', ...rows].join('\n')
}

function honesty(module: Documented): string[] {
  if (module.kind === 'control') return ['It is about the run itself and changes nothing on a host.']
  if (module.kind === 'read') return ['It only asks: never changed, and it runs in check mode too.']
  if (module.always !== undefined) return [`It always reports a change: ${module.always}`]
  return []
}

function table(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, spec]) =>
    [names(name, spec), type(spec), standard(spec), spec.help].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  )
  return ['| argument | type | default | |', '| --- | --- | --- | --- |', ...rows.map((row) => `| ${row} |`)].join('\n')
}

const names = (name: string, { aliases = [] }: Field): string =>
  [`\`${name}\``, ...aliases.map((alias) => `(\`${alias}\`)`)].join(' ')

function type({ type, choices, of, secret }: Field): string {
  const base = choices?.join(', ') ?? (of && type === 'list' ? `list of ${of.type}` : of ? `dict of ${of.type}` : type)
  return secret ? `${base}, secret` : base
}

function standard({ required, default: value }: Field): string {
  if (required) return '**required**'
  if (value === undefined) return ''
  return `\`${typeof value === 'string' ? value.replaceAll('\n', '\\n') || "''" : JSON.stringify(value)}\``
}

const fenced = (lines: readonly string[]): string => ['```yaml', ...lines, '```'].join('\n')

/** Plain arguments of an example as YAML; JSON is YAML too, so only the outer levels are laid out. */
function yaml(args: object, indent: number): string[] {
  const margin = ' '.repeat(indent)
  return Object.entries(args).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === 'string' && value.includes('\n') && !value.startsWith(' '))
      return [
        `${margin}${key}: |${value.endsWith('\n') ? '' : '-'}`,
        ...value
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => `${margin}  ${line}`),
      ]
    return [`${margin}${key}: ${scalar(value)}`]
  })
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[A-Za-z/][\w ./@~=+-]*$/.test(value) && !/^(true|false|yes|no|on|off|null)$/i.test(value)
  return plain ? value : JSON.stringify(value)
}
