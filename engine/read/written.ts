import type { Place, Problems } from '../errors.ts'
import type { Conditions, Written } from '../model.ts'
import { Encrypted, Template, type Raw } from '../value.ts'
import { isNothing, isTemplate, kindOf, rawOf, rawText, type YamlNode, type YamlScalar } from './nodes.ts'

/** Readers of keyword values. Each reports what is wrong to `problems` and goes on; nothing written gives undefined. */

export const writtenAny = (node: YamlNode): Written | undefined =>
  isNothing(node) ? undefined : { value: rawOf(node), place: node.place }

const YES = /^(?:yes|on|true|t|y|1)$/i
const NO = /^(?:no|off|false|f|n|0)$/i

/** What a word for true or false means; undefined: it is none. */
export const flagNamed = (word: string): boolean | undefined =>
  YES.test(word.trim()) ? true : NO.test(word.trim()) ? false : undefined

export function writtenFlag(node: YamlNode, name: string, problems: Problems): Written | undefined {
  const read = (scalar: YamlScalar): Raw | undefined => {
    if (typeof scalar.value === 'boolean') return scalar.value
    return flagNamed(scalar.text)
  }
  return writtenScalar(node, `${name} is true or false`, problems, read)
}

export function writtenWhole(node: YamlNode, name: string, problems: Problems): Written | undefined {
  const read = ({ value }: YamlScalar): Raw | undefined =>
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\s*\d+\s*$/.test(value)
        ? Number(value)
        : undefined
  return writtenScalar(node, `${name} is a whole number`, problems, read)
}

/** Any scalar, as the text that was written. */
export function writtenText(node: YamlNode, name: string, problems: Problems): Written | undefined {
  return writtenScalar(node, `${name} is text`, problems, ({ text }) => text)
}

function writtenScalar(
  node: YamlNode,
  rule: string,
  problems: Problems,
  read: (scalar: YamlScalar) => Raw | undefined,
): Written | undefined {
  if (isNothing(node)) return undefined
  if (node.kind === 'scalar') {
    const raw = rawOf(node)
    const value = raw instanceof Template || raw instanceof Encrypted ? raw : read(node)
    if (value !== undefined) return { value, place: node.place }
  }
  problems.add('BAD_YAML', `${rule}, not ${node.kind === 'scalar' ? node.text : kindOf(node)}`, { place: node.place })
  return undefined
}

/** Text that is needed before anything can be rendered: names of files, roles, variables. */
export function plainText(node: YamlNode, what: string, problems: Problems): string | undefined {
  if (node.kind !== 'scalar' || node.value === null || node.encrypted) {
    problems.add('BAD_YAML', `${what} is text, not ${kindOf(node)}`, { place: node.place })
    return undefined
  }
  if (!node.unsafe && isTemplate(node.text)) {
    problems.add('BAD_YAML', `a variable in ${what} is not supported yet`, { place: node.textPlace })
    return undefined
  }
  return node.text
}

/** One text or a list of them; commas part them too when `commas`. */
export function plainTexts(
  node: YamlNode,
  what: string,
  problems: Problems,
  { commas = false } = {},
): readonly string[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    const text = plainText(item, what, problems)
    if (text === undefined) return []
    return commas ? split(text) : [text.trim()].filter((part) => part !== '')
  })
}

/** `when` and its kin: expressions without braces, booleans, or a list of them that must all hold. */
export function conditions(node: YamlNode, name: string, problems: Problems): Conditions {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    const condition = item.kind === 'scalar' && item.value !== null && !item.encrypted ? expressionOf(item) : undefined
    if (condition === undefined)
      problems.add('BAD_YAML', `${name} is an expression or a list of them, not ${kindOf(item)}`, { place: item.place })
    return condition === undefined || condition === '' ? [] : [{ value: condition, place: item.place }]
  })
}

const expressionOf = (scalar: YamlScalar): Raw => {
  if (typeof scalar.value !== 'string') return scalar.value
  if (scalar.unsafe) return scalar.value
  return scalar.value.trim() === '' ? '' : expression(scalar.value, scalar.textPlace)
}

export const expression = (source: string, place: Place): Template => new Template(source, place, { expression: true })

/** Text that may be rendered later. */
export const textOrTemplate = (text: string, place: Place): Written => ({ value: rawText(text, place), place })

/** What `notify` names: one text or a list of them, which may hold variables. */
export function handlerNames(node: YamlNode, problems: Problems): readonly Written[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null) return [textOrTemplate(item.text, item.textPlace)]
    problems.add('BAD_YAML', `notify is the name of a handler or a list of names, not ${kindOf(item)}`, {
      place: item.place,
    })
    return []
  })
}

/** What a handler listens to: known before anything runs, so that a variable in it is never rendered, as in Ansible. */
export function topics(node: YamlNode, problems: Problems): readonly string[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null) {
      if (!item.unsafe && isTemplate(item.text))
        problems.warn(`listen: ${item.text} is not rendered, so that nobody can notify it`, item.place)
      return [item.text]
    }
    problems.add('BAD_YAML', `listen is text or a list of texts, not ${kindOf(item)}`, { place: item.place })
    return []
  })
}

/** `tags`: one text or a list of them, parted by commas too. */
export function tagNames(node: YamlNode, problems: Problems): readonly (string | Template)[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item): (string | Template)[] => {
    const written = item.kind === 'scalar' && item.value !== null ? rawText(item.text, item.textPlace) : undefined
    if (written instanceof Template) return [written]
    if (written !== undefined) return split(written)
    problems.add('BAD_YAML', `a tag is text, not ${kindOf(item)}`, { place: item.place })
    return []
  })
}

const split = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
