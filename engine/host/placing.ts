import { basename, dirname } from 'node:path/posix'
import { chmodWords } from './actions.ts'
import { BIG, freshStamp } from './digest-memory.ts'
import { synced } from './durable.ts'
import { type Command, joined, sh } from './shell.ts'
import type { WriteStep } from './step.ts'
import { validation } from './validate.ts'

/** Exit codes by which the script says why it left everything as it was. */
export const PLACING = { isFolder: 81, noFolder: 82, busy: 83, damaged: 84, invalid: 85 } as const

/** What the line of stdout starts with, before the backup's path. */
export const BACKUP = 'backup '

const NEW = sh`"$new"`

/** Whether the script ends with the stamp of what it verified; what validates may change it once more. */
export const tellsStamp = ({ validate }: WriteStep, size: number): boolean => size >= BIG && validate === undefined

/**
 * Puts a file in place. `temporary`, beside it, holds the new content already or, with `filled`, what that prints.
 * Until the rename nothing has changed and nobody but its owner can read what is new; after it all is on the disk.
 */
export function placing(step: WriteStep, temporary: string, sha256: string, size: number, filled?: Command): Command {
  const { path, mode, owner, group, backup, validate } = step
  const above = dirname(path)
  const into = above.endsWith('/') ? above : `${above}/`
  return sh`path=${path} new=${temporary} into=${into}
trap 'rm -f -- "$new"' 0
if [ -d "$path" ] && [ ! -L "$path" ]; then exit ${PLACING.isFolder}; fi
[ -d "$into" ] || exit ${PLACING.noFolder}
${filled ? sh`(umask 077; set -C; : >"$new") || exit` : sh`:`}
${measured}
${
  filled
    ? sh`${closed(mode)} || exit
${filled} >>"$new" || exit`
    : sh`:`
}
${verified(sha256, size)}
${attributes(mode, owner, group)} || exit
${validate === undefined ? sh`:` : sh`(${validation(validate, NEW)}) </dev/null >&2 || { echo "validate: exit code $?" >&2; exit ${PLACING.invalid}; }`}
${labelled} || exit
${synced(NEW)} || exit
${backup ? backedUp : sh`:`}
${renamed(basename(path))}
trap - 0
${relabelled}
${tellsStamp(step, size) ? sh`[ -n "$unread" ] || ${freshStamp(sh`"$path"`)}` : sh`:`}
${synced(above)} || exit
${backup ? sh`[ -z "$kept" ] || printf '%s\\n' ${BACKUP}"$kept"` : sh`:`}`
}

/** $1 to $5 are the old file's mode, numbers and names, where there is one, $6 and the rest those of the new one. */
const measured = sh`had=
if [ -f "$path" ]; then
  set -f; IFS=:'
'
  set -- $(stat -L -c %a:%u:%g:%U:%G -- "$path" "$new") && [ "$#" -eq 10 ] || exit
  set +f; unset IFS
  had=$6
fi`

/** The folder's access list may let others in, whatever the umask: they see nothing that is not meant for all. */
function closed(mode: string | undefined): Command {
  const bits = bitsOf(mode)
  if (bits !== undefined && (bits & 0o044) === 0o044) return sh`:`
  const close = sh`{ chmod -- 600 "$new" && had=\${had:+600}; }`
  return mode === undefined ? sh`[ -z "$had" ] || [ "$had" = 600 ] || ${close}` : sh`[ "$had" = 600 ] || ${close}`
}

/** A host without sha256sum or openssl is one on which only the size can be compared. */
const verified = (sha256: string, size: number): Command => sh`unread=
if command -v sha256sum >/dev/null; then found=$(sha256sum <"$new")
elif command -v openssl >/dev/null; then found=$(openssl dgst -sha256 -r <"$new")
else found=$(wc -c <"$new") || exit; [ "$((found))" -eq ${size} ] && found=${sha256}; unread=1; fi
case $found in ${sha256}*) ;; *) exit ${PLACING.damaged} ;; esac`

/**
 * What is not asked for stays as the old file had it (a file that a link points to counts as the old one; a folder or a
 * device does not, /dev/null is for all to write), access lists too, and that it had none, whatever the folder hands
 * down; a new file gets what the umask leaves of 0666. Who may not give files away keeps what is his. What the new file
 * has already costs no process.
 */
function attributes(mode: string | undefined, owner: string | undefined, group: string | undefined): Command {
  const given = owner === undefined && group === undefined ? sh`:` : sh`chown -- ${ownerWord(owner, group)} "$new"`
  const same = [
    ...(owner === undefined ? [] : [sh`[ "$9" = ${owner} ]`]),
    ...(group === undefined ? [] : [sh`[ "\${10}" = ${group} ]`]),
  ]
  const newMode = mode === undefined ? sh`chmod -- =rw "$new"` : sh`chmod -- ${chmodWords(mode)} "$new"`
  return sh`list=
if [ -n "$had" ]; then
  ${kept(owner, group)}
  ${same.length === 0 ? sh`:` : sh`${joined(same)} || ${given}`} || exit
  if command -v getfacl >/dev/null && command -v setfacl >/dev/null; then
    list=$(getfacl -s -c -- "$path" "$new" 2>/dev/null)
    [ -z "$list" ] || { list=$(getfacl -c -- "$path" 2>/dev/null) && printf '%s\\n' "$list" | setfacl --set-file=- -- "$new"; } || exit
  fi
  [ -z "$list" ] && ${hasMode(mode)} || ${mode === undefined ? sh`chmod -- "$1" "$new"` : newMode}
else
  ${given} && ${newMode}
fi`
}

/** Owner and group that are not asked for. */
function kept(owner: string | undefined, group: string | undefined): Command {
  if (owner === undefined && group === undefined)
    return sh`[ "$2:$3" = "$7:$8" ] || { chown -- "$2:$3" "$new" || chgrp -- "$3" "$new" || :; } 2>/dev/null`
  if (owner === undefined) return sh`[ "$2" = "$7" ] || chown -- "$2" "$new" 2>/dev/null || :`
  return group === undefined ? sh`[ "$3" = "$8" ] || chgrp -- "$3" "$new" 2>/dev/null || :` : sh`:`
}

/** Only chmod itself knows what words make of a mode. */
function hasMode(mode: string | undefined): Command {
  if (mode === undefined) return sh`[ "$1" = "$had" ]`
  const bits = bitsOf(mode)
  return bits === undefined ? sh`false` : sh`[ "$had" = ${bits.toString(8)} ]`
}

/** Of a mode that is a number. */
const bitsOf = (mode = ''): number | undefined => (/^[0-7]{1,5}$/.test(mode) ? Number.parseInt(mode, 8) : undefined)

const ownerWord = (owner: string | undefined, group: string | undefined): string =>
  group === undefined ? (owner ?? '') : `${owner ?? ''}:${group}`

/** A file system that knows no labels needs none. */
const labelled = sh`if [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ]; then
  if [ -e "$path" ]; then
    said=$(LC_ALL=C chcon --reference="$path" -- "$new" 2>&1) || case $said in
      *'not supported'*) ;; *) printf '%s\\n' "$said" >&2; exit 1 ;;
    esac
  else label=$(matchpathcon -n -- "$path" 2>/dev/null) && chcon -- "$label" "$new" || :; fi
fi`

/** Where matchpathcon is missing the policy's label can be had only under the final name. */
const relabelled = sh`if [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ]; then
  command -v matchpathcon >/dev/null || restorecon -- "$path" 2>/dev/null || :
fi`

const backedUp = sh`kept=
if [ -f "$path" ]; then
  count=$$ when=$(date +%Y-%m-%d@%H:%M:%S) || exit
  while kept=$path.$count.$when~; [ -e "$kept" ] || [ -L "$kept" ]; do count=$((count + 1)); done
  cp -p -- "$path" "$kept" && ${synced(sh`"$kept"`)} || { code=$?; rm -f -- "$kept"; exit "$code"; }
fi`

/** `mv` descends into a link to a folder; a folder of our own with the right name in it gets it past that. */
const renamed = (name: string): Command => sh`if [ -d "$path" ]; then
  umask 077; mkdir -- "$new.d" && mv -f -- "$new" "$new.d"/${name} && mv -f -- "$new.d"/${name} "$into"; code=$?
  rm -rf -- "$new.d"; [ "$code" -eq 0 ] || exit "$code"
elif ! said=$(LC_ALL=C mv -f -- "$new" "$path" 2>&1); then
  printf '%s\\n' "$said" >&2
  case $said in *[Bb]usy*) exit ${PLACING.busy} ;; *) exit 1 ;; esac
fi`
