import { z } from 'zod'
import { asChoice, asDict, asFlag, asFloat, asList, asMode, asText, asWhole } from './coerce.ts'

export type FieldType = 'text' | 'flag' | 'whole' | 'float' | 'path' | 'mode' | 'choice' | 'list' | 'dict' | 'any'

/** One argument of a module or role, as data: parsing, types, docs and JSON Schema are all read from it. */
export interface Field<Out = unknown, Required extends boolean = boolean> {
  readonly type: FieldType
  /** A path that means something else when it is made absolute, as what a link points to. */
  readonly mayBeRelative?: true
  /** One sentence or more; starts with a capital, ends with a full stop. */
  readonly help: string
  readonly required: Required
  readonly default?: Out
  /** Its value is masked wherever it could be shown. */
  readonly secret?: boolean
  /** Other names for it, such as Ansible's. */
  readonly aliases?: readonly string[]
  readonly choices?: readonly string[]
  /** The element of a list, or the values of a dict. */
  readonly of?: Field
  readonly pattern?: RegExp
  /** Takes a Given (see coerce.ts), gives Out. */
  readonly zod: z.ZodType<Out>
  /** Phantom: carries the type, never a value. */
  readonly _out?: Out
}

export type Fields = Readonly<Record<string, Field>>

/** What a module receives: every key present, defaults filled in. */
export type ArgsOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer Out> ? Out : never
}

/** What a user may write: only required keys are required. Scalars may be written in any of the coerced forms. */
export type InputOf<F extends Fields> = {
  readonly [K in keyof F as F[K]['required'] extends true ? K : never]: ArgsOf<F>[K]
} & {
  readonly [K in keyof F as F[K]['required'] extends true ? never : K]?: ArgsOf<F>[K]
}

interface Base {
  readonly help: string
  readonly secret?: boolean
  readonly aliases?: readonly string[]
  readonly pattern?: RegExp
}
export type Maker<T> = {
  (spec: Base & { readonly default: T }): Field<T, false>
  (spec: Base & { readonly optional: true }): Field<T | undefined, false>
  (spec: Base): Field<T, true>
}
type Spec = Base & { readonly default?: unknown; readonly optional?: true }

function field(type: FieldType, zod: z.ZodType, { optional, ...spec }: Spec, extra: Partial<Field> = {}): Field {
  const checked = spec.pattern
    ? zod.refine((value) => spec.pattern?.test(String(value)), `must match ${spec.pattern.source}`)
    : zod
  return Object.freeze({ type, required: !optional && !('default' in spec), ...spec, ...extra, zod: checked })
}

const maker = <T>(type: FieldType, zod: z.ZodType): Maker<T> => ((spec: Spec) => field(type, zod, spec)) as Maker<T>

/** Any scalar, as the text that was written. */
export const text: Maker<string> = maker('text', asText)
/** yes/no, true/false, on/off, 1/0 as Ansible reads them. */
export const flag: Maker<boolean> = maker('flag', asFlag)
/** A whole number, also written as text. */
export const whole: Maker<number> = maker('whole', asWhole)
export const float: Maker<number> = maker('float', asFloat)
/** A path on the managed host. One that begins with ~ starts at the home of the user in use, a relative one where its session does. */
export const path: Maker<string> = maker(
  'path',
  asText
    .refine((value) => value !== '', 'must not be empty')
    .refine((value) => !value.includes('\0'), 'must not hold a NUL byte'),
)
/** A file mode: octal digits (0644, '0644', 0o644) or symbolic (u=rw,g=r,o=). Octal comes out as four digits. */
export const mode: Maker<string> = maker('mode', asMode)
/** Anything at all, as plain data. */
export const any: Maker<unknown> = maker('any', z.unknown())

type ListMaker = {
  <T>(of: Field<T>, spec: Base & { readonly default: readonly NoInfer<T>[] }): Field<readonly T[], false>
  <T>(of: Field<T>, spec: Base & { readonly optional: true }): Field<readonly T[] | undefined, false>
  <T>(of: Field<T>, spec: Base): Field<readonly T[], true>
}
/** A list; a single value stands for a list of one, text is split at commas, as Ansible does. */
export const list = ((of: Field, spec: Spec) => field('list', asList(of.zod), spec, { of })) as ListMaker

type DictMaker = {
  <T>(
    of: Field<T>,
    spec: Base & { readonly default: Readonly<Record<string, NoInfer<T>>> },
  ): Field<Readonly<Record<string, T>>, false>
  <T>(of: Field<T>, spec: Base & { readonly optional: true }): Field<Readonly<Record<string, T>> | undefined, false>
  <T>(of: Field<T>, spec: Base): Field<Readonly<Record<string, T>>, true>
}
/** A dict with text keys, in the order written. */
export const dict = ((of: Field, spec: Spec) => field('dict', asDict(of.zod), spec, { of })) as DictMaker

type ChoiceMaker = {
  <const T extends string>(choices: readonly T[], spec: Base & { readonly default: NoInfer<T> }): Field<T, false>
  <const T extends string>(choices: readonly T[], spec: Base & { readonly optional: true }): Field<T | undefined, false>
  <const T extends string>(choices: readonly T[], spec: Base): Field<T, true>
}
export const choice = ((choices: readonly string[], spec: Spec) =>
  field('choice', asChoice(choices), spec, { choices })) as ChoiceMaker
