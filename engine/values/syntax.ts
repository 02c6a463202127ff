/** How a source is cut into tokens; the defaults are those of Ansible's template module. */
export interface Syntax {
  readonly variableStart?: string | undefined
  readonly variableEnd?: string | undefined
  readonly blockStart?: string | undefined
  readonly blockEnd?: string | undefined
  readonly commentStart?: string | undefined
  readonly commentEnd?: string | undefined
  /** What makes a whole line a statement, or the rest of a line a comment; there is nothing of that kind by itself. */
  readonly lineStatement?: string | undefined
  readonly lineComment?: string | undefined
  readonly trimBlocks?: boolean | undefined
  readonly lstripBlocks?: boolean | undefined
  /** In `{{ }}` of a playbook a backslash within quotes stands for itself; in a template file it escapes. */
  readonly plainBackslashes?: boolean | undefined
}
