import type { Place, Problems } from '../errors.ts'
import type { Block, Keywords, Node, Playbook, Role, Written } from '../model.ts'
import type { Vars } from '../value.ts'
import type { Files } from './files.ts'
import type { YamlNode } from './nodes.ts'
import { NO_KEYWORDS } from './properties.ts'

export interface PlaybookOptions {
  /** Folders with roles, searched in this order behind those beside the playbook. */
  readonly rolesPaths: readonly string[]
  /** Of the command line: names of what is imported may hold them. */
  readonly extraVars?: Vars | undefined
  /** The variables of a role are seen by nobody else unless its use says `public`. */
  readonly privateRoleVars?: boolean | undefined
  /** Modules that take free-form text, by their short names. */
  readonly freeForm: ReadonlySet<string>
  /** All modules there are, by their short names; undefined: any may be. */
  readonly modules?: ReadonlySet<string> | undefined
  /** Judges what was read, such as arguments; what it throws is told together with the mistakes of the text. */
  readonly validate?: (playbook: Playbook) => void
}

/** One use of a role, as it is written. */
export interface RoleUse {
  readonly name: string
  readonly place: Place
  readonly keywords: Keywords
  readonly params: Vars
  /** Other files than main, by kind of file: `tasks_from` and its kin. */
  readonly from?: Readonly<Partial<Record<RolePart, string>>>
  readonly allowDuplicates?: boolean | undefined
  readonly public?: boolean | undefined
  /** Whether meta/argument_specs.yml counts; it does unless false. */
  readonly validate?: boolean | undefined
}
export type RolePart = 'tasks' | 'handlers' | 'vars' | 'defaults'

/** What surrounds whatever is being read. */
export interface Reading {
  readonly files: Files
  readonly problems: Problems
  readonly options: PlaybookOptions
  readonly playbookFolder: string
  /** The file being read. */
  readonly file: string
  readonly part: 'tasks' | 'handlers'
  readonly role?: Role | undefined
  /** Files and roles being read right now, outermost first: one that comes again would never end. */
  readonly open: readonly string[]
  /** What a block around notifies: its tasks do, unless they say otherwise. */
  readonly notify?: readonly Written[] | undefined
  /** Inside a block with a rescue: what an include does not find is no mistake yet. */
  readonly guarded?: boolean | undefined
  /** Where files and roles come again, reading stops: an include reads them when it runs, if it does. */
  readonly recursive?: boolean | undefined
  /** Handlers of roles that tasks include: they belong to the play. */
  readonly moreHandlers: Node[]
  /** The readers that need each other, so that files need not import in circles. */
  readonly readNodes: (node: YamlNode, reading: Reading) => readonly Node[]
  readonly readRole: (use: RoleUse, reading: Reading) => Role | undefined
}

/** Tasks together, without a rescue: what an include or a role becomes. */
export const blockOf = (
  block: readonly Node[],
  place: Place,
  { keywords = NO_KEYWORDS, role, name }: { keywords?: Keywords; role?: Role | undefined; name?: Block['name'] } = {},
): Block => ({ kind: 'block', name, place, keywords, block, rescue: [], always: [], role })

export { shortName } from './short-name.ts'
