import { chmodWords } from '../host/actions.ts'
import { type Command, sh } from '../host/shell.ts'
import { MERGE } from './_extract-move.ts'
import type { Extracting } from './_extracting.ts'

/** The fresh tree goes; folders that its owner cannot write to cost one more try. */
const away = sh`{ rm -rf -- "$work/tree" 2>/dev/null || { chmod -R -- u+rwX "$work/tree" && rm -rf -- "$work/tree"; }; }`

/** include and exclude by the names in the archive, as tar understands them: a folder means all below it. */
export function pruned({ include, exclude }: Extracting): Command[] {
  const clean = (name: string): string => name.replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  const out = exclude
    .map(clean)
    .map(
      (name) => sh`find . \\( -path ${`./${name}`} -o -path ${`*/${name}`} \\) -prune -exec rm -rf -- {} + || exit 1`,
    )
  if (include.length === 0) return out
  const taken = include.map(clean).map(
    (name) => sh`find . -path ${`./${name}`} -prune -exec sh -c 'for found; do
  mkdir -p -- "$0/$(dirname -- "$found")" && mv -- "$found" "$0/$found" && : >"$0.found" || exit 1
done' "$work/taken" {} + || exit 1
[ -e "$work/taken.found" ] || refuse ${`the archive has no ${name}`}
rm -f -- "$work/taken.found"`,
  )
  return [
    ...out,
    sh`mkdir -- "$work/taken" || exit 1`,
    ...taken,
    sh`cd / && ${away} && mv -- "$work/taken" "$work/tree" && cd -P -- "$work/tree" || exit 1`,
  ]
}

/** Leaves out the first folders of every name; what is not as deep goes. */
export function stripped({ strip }: Extracting): Command[] {
  if (strip === 0) return []
  return [
    sh`${MERGE('replace')}
for level in ${Array.from({ length: strip }, (_, at) => at)}; do
  mkdir -m 0755 -- "$work/deeper" || exit 1
  for top in "$work/tree"/* "$work/tree"/.[!.]* "$work/tree"/..?*; do
    if [ -d "$top" ] && [ ! -L "$top" ]; then reach "$top" && merge "$top" "$work/deeper" || exit 1; fi
  done
  cd / && ${away} && mv -- "$work/deeper" "$work/tree" && cd -P -- "$work/tree" || exit 1
done
left=
for top in * .[!.]* ..?*; do
  if [ -e "$top" ] || [ -L "$top" ]; then left=1; break; fi
done
[ -n "$left" ] || refuse ${`nothing is left of the archive after strip: ${strip}`}`,
  ]
}

/** Owner and mode of the fresh tree only, before anybody sees it. */
export const dressed = ({ owner, group, mode }: Extracting): Command[] => [
  ...(owner === undefined && group === undefined
    ? []
    : [sh`chown -h -R -- ${group === undefined ? (owner ?? '') : `${owner ?? ''}:${group}`} . || exit 1`]),
  ...(mode === undefined ? [] : [sh`chmod -R -- ${chmodWords(mode)} . || exit 1`]),
]
