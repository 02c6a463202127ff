import type { Keywords, Role, Written } from '../model.ts'
import { Template, type Vars } from '../value.ts'
import { text as printValue } from '../values/print.ts'
import { Scope } from '../values/scope.ts'
import { evaluate, OMIT } from '../values/template.ts'

/** What a task inherits, outermost first: its play, the roles and blocks around it, itself. */
export interface Chain {
  readonly keywords: readonly Keywords[]
  /** The role it belongs to last, those that depend on it before. */
  readonly roles: readonly Role[]
  /** Inside a block with a rescue: what fails there is no mistake yet. */
  readonly guarded?: boolean
  /** Variables of the includes around it, outermost first: level 21 of the precedence. */
  readonly includeParams?: readonly Vars[]
}

export const within = (chain: Chain, keywords: Keywords, role?: Role): Chain => ({
  ...chain,
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

/** The innermost value of a keyword that does not come out as `omit`: what is omitted is inherited. */
export function said(chain: Chain, key: Single, scope: Scope): Written | undefined {
  const isSaid = (written: Written | undefined): boolean =>
    written !== undefined && !(written.value instanceof Template && evaluate(written.value, scope) === OMIT)
  return chain.keywords.findLast((keywords) => isSaid(keywords[key]))?.[key]
}

/** Its tags; those with variables are rendered by what is known without any host, as in Ansible. */
export function tagsOf(chain: Chain, extraVars: Vars = new Map()): ReadonlySet<string> {
  const written = chain.keywords.flatMap(({ tags }) => tags)
  return new Set(
    written.flatMap((tag) => (typeof tag === 'string' ? [tag] : rendered(tag, hostlessScope(chain, extraVars)))),
  )
}

function hostlessScope({ keywords, roles, includeParams = [] }: Chain, extraVars: Vars): Scope {
  const [play, ...inner] = keywords.map(({ vars }) => vars)
  const layers = [
    ...roles.map(({ defaults }) => defaults),
    play ?? new Map(),
    ...roles.map(({ vars }) => vars),
    ...inner,
    ...roles.map(({ params }) => params),
    ...includeParams,
    extraVars,
  ]
  return new Scope(layers.map((vars) => ({ name: 'tags', vars })))
}

function rendered(tag: Template, scope: Scope): readonly string[] {
  const value = evaluate(tag, scope)
  const tags = Array.isArray(value) ? value.map(printValue) : printValue(value).split(',')
  return tags.map((name) => name.trim()).filter((name) => name !== '')
}

/** Names in --tags and --skip-tags that mean more than a tag. */
export const SPECIAL_TAGS: readonly string[] = ['all', 'tagged', 'untagged', 'always', 'never']

/** Whether --tags and --skip-tags let it run, as ansible-core's playbook/taggable.py decides it. */
export function selected(chain: Chain, only: readonly string[], skip: readonly string[], extraVars?: Vars): boolean {
  const tags = tagsOf(chain, extraVars)
  const tagged = tags.size > 0
  const among = (wanted: readonly string[]): boolean =>
    wanted.some((tag) => (tagged ? tags.has(tag) : tag === 'untagged'))
  const wide = only.length === 0 || only.includes('all') || (only.includes('tagged') && tagged)
  const run = tags.has('always') || among(only) || (wide && !tags.has('never'))
  if (skip.includes('all')) return run && tags.has('always') && !skip.includes('always')
  return run && !among(skip) && !(skip.includes('tagged') && tagged)
}
