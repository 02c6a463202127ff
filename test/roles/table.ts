import { isTemplate, type Option, type RoleFiles } from './role.ts'

/** A role's variables as a Markdown table, in the order of its argument specification. */
export function renderTable({ options, defaults }: RoleFiles): string {
  const rows = Object.entries(options).map(([name, option]) => [
    `\`${name}\``,
    typeOf(option),
    option.required ? '**required**' : shownDefault(defaults[name]),
    option.description.replaceAll('|', '\\|'),
  ])
  return [['variable', 'type', 'default', 'what it is'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

const typeOf = ({ type, elements, choices }: Option): string =>
  choices ? choices.map((choice) => `\`${String(choice)}\``).join(' or ') : elements ? `list of ${elements}` : type

/** What is worked out from other variables is told by the description. */
const shownDefault = (value: unknown): string =>
  value === null || value === undefined || value === '' || isTemplate(value) ? '' : `\`${shown(value)}\``

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
