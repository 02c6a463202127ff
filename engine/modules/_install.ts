import { chmodWords } from '../host/actions.ts'
import { synced } from '../host/durable.ts'
import { joined, sh, type Command } from '../host/shell.ts'
import { validation } from '../host/validate.ts'
import type { AttributeArgs } from './_attributes.ts'
import { dirname } from './_path.ts'

/** What replaces what: for steps that make a file on the host itself, where the typed write step cannot. */
export interface Installing extends AttributeArgs {
  readonly place: string
  /** The file that gives way, whose owner and mode are kept where none are asked for. */
  readonly old: { readonly mode: string; readonly uid: number; readonly gid: number } | undefined
  readonly backup: boolean
  readonly validate?: string | undefined
}

/**
 * Fills a fresh file beside `place` and puts it there: final owner and mode, judged, fsync, rename, fsync of the
 * folder. `fill` finds the file's name in "$new". Whatever fails, the old file stays and the new one goes.
 */
export function throughFreshFile(installing: Installing, fill: Command): Command {
  const above = dirname(installing.place).replace(/\/$/, '')
  return sh`(mask=$(umask) && umask 077 && new=${above}/.kplay-$$ && trap 'rm -f -- "$new"' EXIT && set -C && : >"$new" && set +C &&
${fill} &&
${installed(installing)})`
}

/** Puts "$new" at `place`, and does `then` as soon as it is there; "$mask" is the umask of the login. */
export function installed({ place, old, mode, owner, group, backup, validate }: Installing, then?: Command): Command {
  const who =
    owner === undefined && group === undefined ? [] : [group === undefined ? (owner ?? '') : `${owner ?? ''}:${group}`]
  return joined([
    ...(old ? [sh`{ chown -- ${`${old.uid}:${old.gid}`} "$new" 2>/dev/null || [ "$(id -u)" != 0 ]; }`] : []),
    ...who.map((words) => sh`chown -- ${words} "$new"`),
    mode === undefined && !old
      ? sh`(umask "$mask" && chmod =rw "$new")`
      : sh`chmod -- ${chmodWords(mode ?? old?.mode ?? '0644')} "$new"`,
    ...(validate === undefined ? [] : [validation(validate, sh`"$new"`)]),
    synced(sh`"$new"`),
    ...(backup && old
      ? [sh`kept=${place}.$$.$(date +%Y-%m-%d@%H:%M:%S)~ && cp -p -- ${place} "$kept" && printf 'backup %s\\n' "$kept"`]
      : []),
    sh`mv -f -- "$new" ${place}`,
    ...(then ? [then] : []),
    synced(dirname(place)),
  ])
}
