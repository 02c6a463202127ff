import type { Place, Warn } from '../errors.ts'
import type { Keywords, Play, Playbook, Written } from '../model.ts'

/** What plays are like that do not say otherwise. */
export interface PlayDefaults {
  /** `smart`: only hosts whose facts are not known yet. */
  readonly gathering?: string | undefined
  readonly strategy?: string | undefined
  readonly anyErrorsFatal?: boolean | undefined
  readonly noLog?: boolean | undefined
  /** Seconds a task may take; 0: any time. */
  readonly timeout?: number | undefined
  /** Of all files of YAML: what a key is that a map has twice. */
  readonly duplicates?: Warn['duplicates']
}

const SETTINGS: Place = { file: 'settings', line: 1, column: 1 }

const written = (value: boolean | number | string | undefined): Written | undefined =>
  value === undefined ? undefined : { value, place: SETTINGS }

/** A playbook whose plays have what settings say where they are silent: keywords, inherited as any others. */
export function withDefaults(playbook: Playbook, defaults: PlayDefaults): Playbook {
  const keywords: Partial<Keywords> = given({
    anyErrorsFatal: written(defaults.anyErrorsFatal),
    noLog: written(defaults.noLog),
    timeout: written(defaults.timeout),
  })
  const { gathering, strategy } = defaults
  const gatherFacts = (own: Written | undefined): Written | undefined => {
    // A play cannot ask for more than what is missing.
    if (gathering === 'smart') return own?.value === true ? undefined : own
    return own ?? written(gathering === undefined ? undefined : gathering === 'implicit')
  }
  return {
    ...playbook,
    plays: playbook.plays.map((play): Play => ({
      ...play,
      gatherFacts: gatherFacts(play.gatherFacts),
      strategy: play.strategy ?? written(strategy),
      keywords: { ...keywords, ...given(play.keywords) },
    })),
  }
}

const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
