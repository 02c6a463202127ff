import type { ErrorDetails } from '../errors.ts'
import type { Algorithm, ArchiveEntry, Reader } from '../host/reader.ts'
import type { ControllerFile, Step, StepResult } from '../host/step.ts'
import type { ArgsOf, Fields, InputOf } from '../schema/field.ts'
import type { Plain } from '../value.ts'

export type StateValue = string | number | boolean | null
/** Flat and printable, so that one diff serves all modules. */
export type State = Readonly<Record<string, StateValue>>
/** The managed part of a state: a key left out, or undefined, is none of our business. */
export type Wanted<S extends State = State> = { readonly [K in keyof S]?: S[K] | undefined }

export interface Checksum {
  readonly algorithm: Algorithm
  /** Lower-case hex. */
  readonly hex: string
}

export interface FetchRequest {
  readonly url: string
  readonly checksum?: Checksum | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Seconds without a byte after which the attempt counts as failed. */
  readonly timeout: number
  readonly retries: number
}

export interface RenderOptions {
  readonly trimBlocks?: boolean | undefined
  readonly lstripBlocks?: boolean | undefined
  readonly newlineSequence?: string | undefined
  readonly markers?:
    | Readonly<
        Record<
          'variableStart' | 'variableEnd' | 'blockStart' | 'blockEnd' | 'commentStart' | 'commentEnd',
          string | undefined
        >
      >
    | undefined
  /** A template that a vault encrypts is decrypted, unless this is false. */
  readonly decrypt?: boolean | undefined
  /** Names that only this template sees, such as template_destpath. */
  readonly names?: Readonly<Record<string, Plain>> | undefined
}

/** A path of the controller; the digests are those of a file that is really there, null of one that is not yet. */
export interface Kept {
  readonly kind: 'file' | 'dir'
  readonly sha1: string | null
  readonly md5: string | null
}

/** The controller's side of a task: files and templates by Ansible's search path, and the download cache. */
export interface Local {
  /** The controller path of a role's or playbook's file; throws NOT_FOUND with the places searched. */
  find(kind: 'files' | 'templates', name: string): Promise<string>
  /** Whether that path is a folder, and the files below it (relative paths, sorted) when it is. */
  tree(path: string): Promise<
    | readonly {
        readonly path: string
        readonly kind: 'file' | 'dir' | 'link'
        readonly mode: string
        readonly target?: string | undefined
      }[]
    | undefined
  >
  /** Where a controller file lies in clear: itself, unless a vault encrypts it. Throws VAULT. */
  decrypted(path: string): Promise<string>
  readText(path: string): Promise<string>
  readBytes(path: string): Promise<Buffer>
  /** Size and digest of a controller file, for a step that sends it. */
  file(path: string): Promise<ControllerFile>
  /** The digest, in hex, of a controller file or of a text, which is UTF-8 where it is no bytes. */
  digest(of: { readonly file: string } | { readonly text: string | Buffer }, algorithm: Algorithm): Promise<string>
  /** The mode of a controller file, for `mode: preserve`. */
  mode(path: string): Promise<string>
  render(templatePath: string, options: RenderOptions): Promise<string>
  /** Downloads to the controller's cache, once for all hosts; with a checksum an entry of the cache is used as it is. */
  fetch(request: FetchRequest): Promise<ControllerFile>
  /** Reads a checksum file (bare, GNU, BSD, gpg --print-md) and returns the digest for `name`. */
  checksum(
    algorithm: Algorithm,
    url: string,
    name: string,
    request: Pick<FetchRequest, 'headers' | 'timeout' | 'retries'>,
  ): Promise<Checksum>
  /**
   * The entries of a tar or zip on the controller, in order, names as they stand in the archive. `path` may also be
   * `sha256:hex` of a file that a task of this run sends to hosts; throws NOT_FOUND when none does.
   */
  archive(path: string): Promise<readonly ArchiveEntry[]>
  /** The inventory name of the host that the task is for. */
  readonly host: string
  /** The controller path that a name means where something is to be put there: below the playbook's folder. */
  outside(name: string): string
  /** What is at such a path; in check mode also what a step would have put there. */
  kept(path: string): Promise<Kept | undefined>
  /** In check mode: a step would put a file there. */
  foresee(path: string, sha1: string | undefined): void
}

export type Ran = StepResult

/** Keys registered beside `changed` and `failed`, as Ansible names them. */
export type ResultValues = Readonly<Record<string, Plain>>

interface Described<F extends Fields> {
  readonly name: string
  /** One sentence, shown by the docs. */
  readonly summary: string
  /** Further paragraphs of the docs, Markdown. */
  readonly notes?: string
  readonly args: F
  readonly examples: readonly { readonly title: string; readonly args: InputOf<F> }[]
  /** The argument that free-form text fills: `command: echo hi`. */
  readonly freeForm?: keyof F & string
  /** It only puts files in place, or looks at them: it may while a service that was started has yet to prove itself. */
  readonly files?: true
  /** What no single field can say. Returns the mistake, or nothing. */
  rule?(args: ArgsOf<F>): string | undefined
}

export interface StateDefinition<F extends Fields, S extends State> extends Described<F> {
  readonly kind?: 'state'
  /** Why a second run is never "ok". Only for modules that cannot know, such as a bare command. */
  readonly always?: string
  /**
   * Reads the host. Runs in check mode too. Read-only by construction. `local` is for modules that learn there which
   * paths to ask about, such as the files below a folder to copy; no network through it, as probes may run ahead.
   */
  probe(args: ArgsOf<F>, reader: Reader, local: Local): Promise<S>
  /** The wished state in the probe's own words. `local` is the controller's side. */
  want(args: ArgsOf<F>, now: S, local: Local): Wanted<S> | Promise<Wanted<S>>
  /** The steps from `now` to `want`. Pure: it describes, the engine runs. Refusals are thrown here (code REFUSED). */
  apply(args: ArgsOf<F>, now: S, want: Wanted<S>): readonly Step[]
  /** For modules with `always`, and commands with creates/removes: true means there is something to do although nothing differs. */
  must?(args: ArgsOf<F>, now: S): boolean
  /** What Ansible registers for it. `after` is the second probe, or the prediction in check mode. */
  result?(args: ArgsOf<F>, now: S, after: S, ran: readonly Ran[]): ResultValues
  /** Judges the steps' exit codes when `okCodes` let them pass; returns why the task failed, or nothing. */
  failure?(args: ArgsOf<F>, ran: readonly Ran[]): string | undefined
  /**
   * Poll the second probe until it matches (`within` seconds), then that it keeps matching (`hold` seconds), in `keeps`
   * where other keys may change meanwhile.
   */
  settle?(
    args: ArgsOf<F>,
    now: S,
    want: Wanted<S>,
  ): { readonly within: number; readonly hold: number; readonly keeps?: readonly (keyof S & string)[] } | undefined
  /** The service that it is about, whether it is started anew whatever it does now, and the seconds for which it is watched then. */
  service?(args: ArgsOf<F>): { readonly name: string; readonly anew: boolean; readonly hold: number } | undefined
  /** The arguments once the steps that ready it were taken, which they may ask for whatever was seen. */
  readied?(args: ArgsOf<F>): ArgsOf<F>
  /** Read only when the task failed: last log lines and the like. */
  evidence?(args: ArgsOf<F>, reader: Reader): Promise<string | undefined>
  /** How a changed key reads with --diff; keys without an entry are shown as `key: from → to`. Text is diffed by lines. */
  readonly text?: readonly (keyof S & string)[]
  /** Its one step is all that it does, so with `async` and `poll: 0` that goes on by itself on the host. */
  readonly detachable?: boolean
  /** Things worth telling although nothing failed: a key skipped in a container, a value that lowers the host's own. */
  warnings?(args: ArgsOf<F>, now: S, want: Wanted<S>): readonly string[]
  /** True when the arguments make it a question: `command` with `read_only`. Then `ask` answers and nothing else runs. */
  question?(args: ArgsOf<F>): boolean
  ask?(args: ArgsOf<F>, reader: Reader, context: ReadContext): Promise<ReadAnswer>
  /** Argument names whose values are shown masked: those of secret fields always are. */
  readonly masked?: readonly string[]
}

/** A question: never changed. In check mode, when it rests on something predicted, its outcome is `maybe`. */
export interface ReadDefinition<F extends Fields> extends Described<F> {
  readonly kind: 'read'
  read(args: ArgsOf<F>, reader: Reader, context: ReadContext): Promise<ReadAnswer>
  /** It waits for something to become true, so it looks anew, and behind it things may be different. Mostly it is true at once. */
  waits?(args: ArgsOf<F>): boolean
}
export interface ReadContext {
  /** Resolves after that many milliseconds, and then the reader looks anew; rejects when the run is being interrupted. */
  sleep(milliseconds: number): Promise<void>
  now(): number
  /** `environment:` and `timeout:` of the task, for a module that runs a command of the user's. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly timeout?: number | undefined
  /** Check mode: what is not sure to be harmless must not be asked. */
  readonly checking?: boolean | undefined
}
export interface ReadAnswer {
  readonly values: ResultValues
  /** The question itself failed: a port that never opened. */
  readonly failed?: string
  readonly hint?: string
}

/** Another name for a module: its own arguments (exactly Ansible's), mapped onto the other's. Not a second implementation. */
export interface AliasDefinition<F extends Fields> extends Described<F> {
  readonly kind: 'alias'
  /** Pure. Throws REFUSED or BAD_ARGS for what cannot be mapped. */
  to(args: ArgsOf<F>): { readonly module: string; readonly args: Readonly<Record<string, unknown>> }
}

type Erase<D> = { readonly [K in keyof D]: D[K] }
export type StateModule = Erase<Omit<StateDefinition<Fields, State>, 'examples' | 'kind' | 'text'>> & {
  readonly kind: 'state'
  readonly examples: readonly { readonly title: string; readonly args: object }[]
  readonly text?: readonly string[]
}
export type ReadModule = Erase<Omit<ReadDefinition<Fields>, 'examples'>> & {
  readonly examples: readonly { readonly title: string; readonly args: object }[]
}
export type AliasModule = Erase<Omit<AliasDefinition<Fields>, 'examples'>> & {
  readonly examples: readonly { readonly title: string; readonly args: object }[]
}
export type Module = StateModule | ReadModule | AliasModule
export type Registry = ReadonlyMap<string, Module>
/** Arguments after parsing: every key present. */
export type ModuleArgs = ArgsOf<Fields>

/** The whole contract. Parsing, check mode, diff, docs and JSON Schema come from this one object. */
export function defineModule<const F extends Fields, S extends State>(definition: StateDefinition<F, S>): StateModule {
  return Object.freeze({ ...definition, kind: 'state' })
}
export function defineRead<const F extends Fields>(definition: Omit<ReadDefinition<F>, 'kind'>): ReadModule {
  return Object.freeze({ ...definition, kind: 'read' })
}
export function defineAlias<const F extends Fields>(definition: Omit<AliasDefinition<F>, 'kind'>): AliasModule {
  return Object.freeze({ ...definition, kind: 'alias' })
}

/** Why a module says no: thrown by `apply`, so that a dry run reports it too. */
export type Refusal = ErrorDetails
