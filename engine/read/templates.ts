import type { Problems } from '../errors.ts'
import { Float, Template } from '../value.ts'
import { compile } from '../values/template.ts'

/**
 * Compiles every template in something that was read, however deep, so that a syntax error or an unknown filter is told
 * before any host is contacted.
 */
export function checkTemplates(read: unknown, problems: Problems): void {
  const seen = new Set<object>()
  const open: unknown[] = [read]
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null || each instanceof Float || seen.has(each)) continue
    seen.add(each)
    if (each instanceof Template) problems.collect(() => compile(each, problems.warn))
    else if (each instanceof Map) open.push(...each.values())
    else open.push(...(Object.values(each) as unknown[]))
  }
}
