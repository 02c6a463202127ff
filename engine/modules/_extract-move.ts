import { type Command, sh } from '../host/shell.ts'
import type { Extracting, Policy } from './_extracting.ts'

/**
 * Nothing is moved when something of another kind is in the way. Where the destination has nothing of a name at the
 * top, nothing below it can be. `there` says that it has some.
 */
export const checked = ({ policy }: Extracting): Command => sh`there=
set --
for item in * .[!.]* ..?*; do
  [ -e "$item" ] || [ -L "$item" ] || continue
  [ -e "$dest/$item" ] || [ -L "$dest/$item" ] || continue
  there=1
  set -- "$@" "./$item"
  [ "$#" -lt ${MANY} ] || { set -- .; break; }
done
[ -z "$there" ] || find "$@" ! -name . -exec sh -c 'for path; do
  to=$0/$path
  if [ -d "$path" ] && [ ! -L "$path" ]; then
    ${
      policy === 'repair'
        ? sh`:`
        : sh`if [ -L "$to" ] || { [ -e "$to" ] && [ ! -d "$to" ]; }; then echo "$to is in the way of a folder" >&2; exit 1; fi`
    }
  elif [ -d "$to" ] && [ ! -L "$to" ]; then echo "$to is a folder, in the way of a file" >&2; exit 1
  fi
done' "$dest" {} + || refuse 'nothing was changed'`

/** So many names at once stay far below what a command line can hold. */
const MANY = 50

/**
 * Defines functions: `reach` makes a folder of ours open to us; `merge` moves what is in one folder into another, going
 * into folders that both have.
 */
export const MERGE = (
  policy: Policy,
): Command => sh`reach() { { [ -r "$1" ] && [ -w "$1" ] && [ -x "$1" ]; } || chmod -- u+rwx "$1"; }
merge() {
  from=$1 into=$2
  set --
  for item in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    [ -e "$item" ] || [ -L "$item" ] || continue
    to=$into/\${item##*/}
    if [ -d "$item" ] && [ ! -L "$item" ] && [ -d "$to" ] && [ ! -L "$to" ]; then
      ${policy === 'repair' || policy === 'keep' ? sh`:` : ATTRIBUTES}
      reach "$item" && (merge "$item" "$to") || return 1
    ${SKIPPED[policy]}
    else
      ${policy === 'repair' ? sh`if [ -e "$to" ] || [ -L "$to" ]; then rm -f -- "$to" || return 1; fi` : sh`:`}
      set -- "$@" "$item"
      [ "$#" -lt ${MANY} ] || { mv -f -- "$@" "$into/" && set --; } || return 1
    fi
  done
  [ "$#" -eq 0 ] || mv -f -- "$@" "$into/"
}`

/** A folder that is there gets the owner and mode of the archive's. */
const ATTRIBUTES = sh`both=$(stat -c '%a %u:%g' -- "$item" "$to") || return 1
      new=\${both%%
*}
      [ "$new" = "\${both#*
}" ] || { { chown -- "\${new#* }" "$to" 2>/dev/null || :; } && chmod -- "\${new% *}" "$to"; } || return 1`

const SKIPPED: Readonly<Record<Policy, Command>> = {
  replace: sh``,
  newer: sh`elif [ ! -d "$item" ] && [ -e "$to" ] && [ "$to" -nt "$item" ]; then :`,
  keep: sh`elif [ -e "$to" ] || [ -L "$to" ]; then :`,
  repair: sh`elif [ -L "$item" ] && [ -L "$to" ]; then :
    elif [ -f "$item" ] && [ ! -L "$item" ] && [ -f "$to" ] && [ ! -L "$to" ] && { [ -s "$to" ] || [ ! -s "$item" ]; }; then :`,
}

/**
 * Moves the tree in and writes it out to the disk. What belongs to others on the machine need not be waited for, unless
 * other file systems lie below, which takes folders that were there before.
 */
export const moved = ({ policy }: Extracting): Command => sh`${MERGE(policy)}
reach "$work/tree" && merge "$work/tree" "$dest" || exit 1
cd / || exit 1
if [ -n "$there" ] && grep -qF -- " \${dest%/}/" /proc/self/mountinfo; then sync; else sync -f -- "$dest" 2>/dev/null || sync; fi`
