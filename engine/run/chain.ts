import type { Keywords, Role, Written } from '../model.ts'

/** What a task inherits, outermost first: its play, the roles and blocks around it, itself. */
export interface Chain {
  readonly keywords: readonly Keywords[]
  /** The role it belongs to last, those that depend on it before. */
  readonly roles: readonly Role[]
}

export const within = (chain: Chain, keywords: Keywords, role?: Role): Chain => ({
  keywords: [...chain.keywords, keywords],
  roles: role ? [...chain.roles, role] : chain.roles,
})

type Single = Exclude<
  { [K in keyof Keywords]-?: Keywords[K] extends Written | undefined ? K : never }[keyof Keywords],
  undefined
>

/** The innermost value of a keyword. */
export function nearest(chain: Chain, key: Single): Written | undefined {
  return chain.keywords.findLast((keywords) => keywords[key] !== undefined)?.[key]
}

export const tagsOf = (chain: Chain): ReadonlySet<string> => new Set(chain.keywords.flatMap(({ tags }) => tags))

/** Whether --tags and --skip-tags let it run. `always` and `never` as in Ansible. */
export function selected(chain: Chain, only: readonly string[], skip: readonly string[]): boolean {
  const tags = tagsOf(chain)
  const matches = (wanted: readonly string[]): boolean =>
    wanted.some(
      (tag) => tags.has(tag) || (tag === 'tagged' && tags.size > 0) || (tag === 'untagged' && tags.size === 0),
    )
  const named = only.length > 0 && !only.includes('all')
  const run = named ? matches(only) || tags.has('always') : !tags.has('never')
  const always = tags.has('always') && !skip.includes('always')
  const skipped = matches(skip) || (skip.includes('all') && !always)
  return run && !skipped
}
