import { Problems } from '../errors.ts'
import type { Keywords } from '../model.ts'
import { Float, Template } from '../value.ts'
import { compile } from '../values/template.ts'

/**
 * Compiles every template in something that was read, however deep, so that a syntax error or an unknown filter is told
 * before any host is contacted. What may never be used is only warned of: a role for many kinds of hosts must load.
 */
export function checkTemplates(read: unknown, problems: Problems): void {
  const seen = new Set<object>()
  const perhaps: unknown[] = []
  for (const template of templatesIn([read], seen, perhaps)) problems.collect(() => compile(template, problems.warn))
  for (const template of [...templatesIn(perhaps, seen)].toReversed()) warnOf(template, problems)
}

function warnOf(template: Template, { warn }: Problems): void {
  const problems = new Problems()
  problems.collect(() => compile(template, warn))
  for (const { message, place } of problems.list) warn(`${message}: what uses this will fail`, place)
}

/** Every template once; what may never be used goes to `perhaps` where that is given. */
function* templatesIn(open: unknown[], seen: Set<object>, perhaps?: unknown[]): Generator<Template> {
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null || each instanceof Float || seen.has(each)) continue
    const [certain, uncertain] = perhaps ? split(each) : [each, []]
    perhaps?.push(...uncertain)
    if (!uncertain.includes(each)) seen.add(each)
    if (certain instanceof Template) yield certain
    else if (certain instanceof Map) open.push(...certain.values())
    else open.push(...(Object.values(certain) as unknown[]))
  }
}

interface Parts {
  readonly keywords?: Keywords
  readonly kind?: unknown
  readonly rescue?: unknown
  readonly defaults?: unknown
  readonly vars?: unknown
  readonly handlers?: unknown
  readonly dependencies?: unknown
}

/** What is certainly used of a play, role, block or task, and what perhaps. */
function split(each: Parts): readonly [object, readonly unknown[]] {
  const { when = [] } = each.keywords ?? {}
  if (when.length > 0) return [when, [each]]
  if (each.kind === 'block') return [{ ...each, rescue: [] }, [each.rescue]]
  if (each.dependencies === undefined) return [each, []]
  return [{ ...each, defaults: [], vars: [], handlers: [] }, [each.defaults, each.vars, each.handlers]]
}
