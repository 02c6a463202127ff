import type { AttributeArgs } from './_attributes.ts'

/** What to do with what is there already. `repair` puts back only what is missing, of another kind or emptied. */
export type Policy = 'replace' | 'newer' | 'keep' | 'repair'

export interface Extracting extends AttributeArgs {
  readonly archive: string
  /** The archive's bytes, where they are known. */
  readonly size: number | undefined
  /** Its sha256, where that is known: of whatever is there, or of what has this stamp. */
  readonly known: { readonly hex: string; readonly stamp: string | null } | undefined
  /** It was sent for this step only. */
  readonly temporary: boolean
  readonly dest: string
  /** A hidden folder in the destination for all that is not done yet. */
  readonly work: string
  readonly strip: number
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** For GNU tar, checked by _extract-options.ts. */
  readonly tarOptions: readonly string[]
  readonly policy: Policy
  readonly outsideLinks: boolean
  readonly stampPath: string
  /** The stamp's line of options; undefined: leave the stamp as it is. */
  readonly options: string | undefined
  readonly verify: boolean
}
