import type { ArgumentOption, Keywords, Role } from '../../model.ts'
import { Encrypted, keyText, Template, toPlain, type Plain, type Raw, type Value } from '../../value.ts'
import type { Scope } from '../../values/scope.ts'
import { evaluate } from '../../values/template.ts'
import { MASK, masker } from '../mask.ts'
import type { Viewpoint } from './standings.ts'

/** Passwords by Ansible's names. */
const PASSWORD = /^ansible_(?:\w+_)?pass(?:word|phrase)?$/

/** What must not be shown of a viewpoint's variables. */
export interface Secrets {
  isSecret(name: string): boolean
  /** Text without the values of secret variables. */
  mask(text: string): string
}

/** Passwords, arguments of roles with `no_log`, and variables of plays, blocks and tasks that have it. */
export function secretsOf({ scope, tasks, play }: Viewpoint, hidden: (text: string) => string): Secrets {
  const keywords = new Set([...(play ? [play.keywords] : []), ...tasks.flatMap(({ chain }) => chain.keywords)])
  const roles = new Set(tasks.flatMap(({ chain }) => chain.roles))
  const names = new Set([...[...keywords].flatMap(quiet), ...[...roles].flatMap(secretArguments)])
  const isSecret = (name: string): boolean => names.has(name) || PASSWORD.test(name)
  const texts = [...scope.names()]
    .filter(isSecret)
    .flatMap((name) => [
      ...textsIn(valueOf(name, scope)),
      ...scope.origin(name).flatMap(({ variable }) => textsIn(plainOf(variable.value))),
    ])
  const mask = masker(texts)
  return { isSecret, mask: (text) => mask(hidden(text)) }
}

const quiet = ({ noLog, vars }: Keywords): readonly string[] => (noLog && noLog.value !== false ? [...vars.keys()] : [])

const secretArguments = ({ argumentSpec }: Role): readonly string[] =>
  [...(argumentSpec?.options ?? new Map<string, ArgumentOption>())]
    .filter(([, { noLog }]) => noLog)
    .map(([name]) => name)

function valueOf(name: string, scope: Scope): Plain {
  try {
    return toPlain(evaluate(new Template(name, undefined, { expression: true }), scope))
  } catch {
    return null
  }
}

function textsIn(plain: Plain): readonly string[] {
  if (typeof plain === 'string') return [plain]
  return plain !== null && typeof plain === 'object'
    ? Object.values(plain as Record<string, Plain>).flatMap(textsIn)
    : []
}

/** A value as its author wrote it: templates by their text, what is encrypted not at all. */
export function plainOf(raw: Raw): Plain {
  if (raw instanceof Template) return raw.source
  if (raw instanceof Encrypted) return MASK
  if (Array.isArray(raw)) return raw.map((item: Raw) => plainOf(item))
  if (!(raw instanceof Map)) return toPlain(raw as Value)
  const entries = [...(raw as ReadonlyMap<Value, Raw>)]
  return Object.fromEntries(entries.map(([key, item]) => [keyText(key), plainOf(item)]))
}
