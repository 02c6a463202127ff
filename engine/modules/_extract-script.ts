import { chmodWords } from '../host/actions.ts'
import { joined, sh, type Command } from '../host/shell.ts'
import type { AttributeArgs } from './_attributes.ts'
import { dirname } from './_path.ts'

/** What to do with what is there already. `repair` puts back only what is missing, of another kind or emptied. */
export type Policy = 'replace' | 'newer' | 'keep' | 'repair'

export interface Extracting extends AttributeArgs {
  readonly archive: string
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

/** Free space that is plenty, in sizes of the packed archive. */
const ROOM = 16

/** The exit code for an archive, or a destination, that is not as it must be. */
export const REFUSED = 3

/**
 * Lists the archive and refuses what could land elsewhere; extracts into a fresh folder beside the destination; looks
 * at what came out; sets owner and mode; moves it in; writes it out to the disk; writes the stamp. Whatever fails
 * before the move leaves the destination as it was; a failure after it leaves a tree without stamp, to be made again.
 */
export function extractScript(extracting: Extracting): Command {
  const { archive, temporary, dest, work, options, stampPath } = extracting
  const away = sh`chmod -R u+rwX -- ${work} 2>/dev/null; rm -rf -- ${work}`
  return sh`(archive=${archive} dest=${dest} work=${work}
fail() { printf '%s\\n' "$1" >&2; exit 1; }
refuse() { printf '%s\\n' "$1" >&2; exit ${REFUSED}; }
${away}
trap ${`${away.text}${temporary ? `; ${sh`rm -f -- ${archive}`.text}` : ''}`} EXIT
(umask 077 && mkdir -- "$work") && mkdir -m 0755 -- "$work/tree" || exit 1
[ -f "$archive" ] && [ -r "$archive" ] || refuse "$archive cannot be read"
${FORMATS}
if [ "$tool" = zip ]; then
  command -v unzip >/dev/null || refuse 'unzip is needed to read this archive'
  ${zip(extracting)}
else
  ${tar(extracting)}
fi
cd -- "$work/tree" || exit 1
${joined([...pruned(extracting), ...stripped(extracting), inspected(extracting), ...dressed(extracting), checked(extracting)], '\n')}
${options === undefined ? sh`:` : stampLines(extracting)}
${options === undefined ? sh`:` : sh`rm -f -- ${stampPath} ${`${stampPath}.sums`} || exit 1`}
${merged(extracting)}
${WRITTEN_OUT}
${options === undefined ? sh`:` : stamped(extracting)})`
}

/** What belongs to others on the machine need not be waited for, unless other file systems lie below. */
const WRITTEN_OUT = sh`if grep -qF -- " \${dest%/}/" /proc/self/mountinfo; then sync; else sync -f -- "$dest" 2>/dev/null || sync; fi`

/** By the first bytes, not by the name. */
const FORMATS = sh`case $(dd if="$archive" bs=6 count=1 2>/dev/null | od -An -tx1 | tr -d ' \\n') in
1f8b*|1f9d*) tool=gzip ;; 425a68*) tool=bzip2 ;; fd377a585a00) tool=xz ;; 28b52ffd*) tool=zstd ;; 504b*) tool=zip ;; *) tool= ;;
esac
unpack() { if [ -n "$tool" ]; then "$tool" -dc <"$archive"; else cat <"$archive"; fi; }
# A reader that has seen the end of the archive may stop before the end of the file: that is no failure.
feed() { unpack; code=$?; [ "$code" -eq 0 ] || [ "$code" -eq 141 ] || : >"$work/broken"; }
# To unpack costs most of it: once is enough where there is plenty of room. What is wrong with it shows below.
plain=
case $tool in
zip) ;;
'') plain=$archive ;;
*)
  room=$(df -Pk -- "$work" 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [ "\${room:-0}" -gt "$(($(wc -c <"$archive") / 1024 * ${ROOM} + 65536))" ] 2>/dev/null && unpack >"$work/plain" 2>/dev/null
  then plain=$work/plain; else rm -f -- "$work/plain"; fi ;;
esac
from_archive() { if [ -n "$plain" ]; then "$@" <"$plain"; else feed | "$@"; fi; }`

const tar = ({
  tarOptions,
  outsideLinks,
}: Extracting): Command => sh`[ -z "$tool" ] || command -v "$tool" >/dev/null || refuse "$tool is needed to read this archive"
  columns=5 numeric=
  case $(tar --version 2>/dev/null) in *'GNU tar'*) numeric=--numeric-owner gnu=1 ;; bsdtar*) columns=8 gnu= ;; *) gnu= ;; esac
  ${tarOptions.length === 0 ? sh`:` : sh`[ -n "$gnu" ] || refuse ${`extra_opts needs GNU tar: ${tarOptions.join(' ')}`}`}
  from_archive env LC_ALL=C tar -tvf - $numeric >"$work/list" 2>"$work/said" && [ ! -e "$work/broken" ] || refuse "the archive is damaged, or none: $(cat "$work/said")"
  case $(cat "$work/said") in *'emoving leading'*) refuse 'the archive has entries that lead out of the folder' ;; esac
  LC_ALL=C awk -v columns="$columns" -v links=${outsideLinks ? 'any' : 'inside'} ${LIST_CHECK} "$work/list" || exit ${REFUSED}
  into_tree() { (cd -- "$work/tree" && tar -x -o -f - ${tarOptions}); }
  from_archive into_tree && [ ! -e "$work/broken" ] || fail 'the archive could not be extracted'
  rm -f -- "$work/plain"`

/**
 * Reads `tar -tv`. A link's line is `name -> target` or `name link to target`; busybox writes hard links like
 * symbolic ones, but with the letter of a file.
 */
const LIST_CHECK = `
function no(why) { print why ": " shown > "/dev/stderr"; bad = 1; exit 1 }
function outside(path) { return path ~ /^\\// || path ~ /(^|\\/)\\.\\.(\\/|$)/ }
{
  shown = $0
  if ($0 !~ /^[-dlhbcpsLCV][-rwxsStT]+/) no("an entry with a line break in its name, or of an unknown kind")
  kind = substr($0, 1, 1); rights = $1
  for (i = 0; i < columns; i++) sub(/^[^ ]+ +/, "")
  name = $0; target = ""
  shown = name
  if (kind ~ /[bcps]/) no("the archive has a device, pipe or socket")
  if (kind != "d" && rights ~ /[sS]/) no("the archive has a set-id file")
  arrow = (kind == "h") ? " link to " : " -> "
  if (kind != "d" && (at = index(name, arrow)) > 0) {
    target = substr(name, at + length(arrow)); name = substr(name, 1, at - 1)
    if (kind == "l" && index(target, arrow) > 0) no("the archive has a link with an arrow in its name")
    if (kind != "l" && outside(target)) no("the archive has a hard link to something outside")
  }
  if (outside(name)) no("the archive has an entry that leads out of the folder")
  sub(/^(\\.\\/)+/, "", name); sub(/\\/+$/, "", name)
  path = ""
  count = split(name, parts, "/")
  for (i = 1; i < count; i++) { path = path (i > 1 ? "/" : "") parts[i]; if (path in link) no("the archive has an entry behind one of its links") }
  if (kind == "l") link[name] = 1
}
END { exit bad }`

const zip = (
  _: Extracting,
): Command => sh`unzip -Z1 "$archive" >"$work/list" 2>"$work/said" || unzip -l "$archive" 2>"$work/said" | sed -n 's/^ *[0-9]\\{1,\\}  *[-0-9]\\{8,10\\}  *[0-9:]\\{5,8\\}  *//p' >"$work/list"
  [ -s "$work/list" ] || refuse "the archive is damaged, or none: $(cat "$work/said")"
  # busybox leaves such names out of its list.
  case $(cat "$work/said") in *'emoving leading'*) refuse 'the archive has entries that lead out of the folder' ;; esac
  LC_ALL=C awk '/^[\\/\\\\]/ || /(^|[\\/\\\\])\\.\\.([\\/\\\\]|$)/ { print "the archive has an entry that leads out of the folder: " $0 > "/dev/stderr"; exit 1 }' "$work/list" || exit ${REFUSED}
  unzip -q -o "$archive" -d "$work/tree" </dev/null >"$work/said" 2>&1 || [ "$?" -eq 1 ] || fail "the archive could not be extracted: $(cat "$work/said")"`

/** include and exclude by the names in the archive, as tar understands them: a folder means all below it. */
function pruned({ include, exclude }: Extracting): Command[] {
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
    sh`cd / && chmod -R u+rwX -- "$work/tree" && rm -rf -- "$work/tree" && mv -- "$work/taken" "$work/tree" && cd -- "$work/tree" || exit 1`,
  ]
}

/** Leaves out the first folders of every name; what is not as deep goes. */
function stripped({ strip }: Extracting): Command[] {
  if (strip === 0) return []
  return [
    sh`${MERGE('replace')}
for level in ${Array.from({ length: strip }, (_, at) => at)}; do
  mkdir -m 0755 -- "$work/deeper" || exit 1
  for top in "$work/tree"/* "$work/tree"/.[!.]* "$work/tree"/..?*; do
    if [ -d "$top" ] && [ ! -L "$top" ]; then chmod u+rwx -- "$top" && merge "$top" "$work/deeper" || exit 1; fi
  done
  cd / && chmod -R u+rwX -- "$work/tree" && rm -rf -- "$work/tree" && mv -- "$work/deeper" "$work/tree" && cd -- "$work/tree" || exit 1
done
[ -n "$(ls -A .)" ] || refuse ${`nothing is left of the archive after strip: ${strip}`}`,
  ]
}

/** Looks at what really came out: names, kinds, set-id bits, links that lead elsewhere. */
const inspected = ({ outsideLinks }: Extracting): Command => sh`odd=$(find . -name '*
*' -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a name with a line break in it"
odd=$(find . ! -type d ! -type f ! -type l -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a device, pipe or socket: $odd"
odd=$(find . -type f \\( -perm -4000 -o -perm -2000 \\) -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a set-id file: $odd"
${
  outsideLinks
    ? sh`:`
    : sh`root=$(pwd -P)
find . -type l -exec sh -c 'for link; do
  case $(readlink -- "$link") in
    /*) false ;;
    *) case $(readlink -f -- "$link") in
      "$0"|"$0"/*) : ;;
      "") case /$(readlink -- "$link")/ in */../*) false ;; esac ;;
      *) false ;;
    esac ;;
  esac || { echo "the archive has a link to something outside: $link -> $(readlink -- "$link")" >&2; exit 1; }
done' "$root" {} + || refuse 'set outside_links: true to allow such links'`
}`

/** Owner and mode of the fresh tree only, before anybody sees it. */
const dressed = ({ owner, group, mode }: Extracting): Command[] => [
  ...(owner === undefined && group === undefined
    ? []
    : [sh`chown -h -R -- ${group === undefined ? (owner ?? '') : `${owner ?? ''}:${group}`} . || exit 1`]),
  ...(mode === undefined ? [] : [sh`chmod -R -- ${chmodWords(mode)} . || exit 1`]),
]

/** Nothing is moved when something of another kind is in the way. */
const checked = ({ policy }: Extracting): Command => sh`find . ! -name . -exec sh -c 'for path; do
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

/** Defines the function: moves what is in one folder into another, going into folders that both have. */
const MERGE = (policy: Policy): Command => sh`merge() {
  for item in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$item" ] || [ -L "$item" ] || continue
    to=$2/\${item##*/}
    if [ -d "$item" ] && [ ! -L "$item" ] && [ -d "$to" ] && [ ! -L "$to" ]; then
      ${policy === 'repair' || policy === 'keep' ? sh`:` : sh`set -- "$1" "$2" $(stat -c '%a %u:%g' -- "$item") && { chown -- "$4" "$to" 2>/dev/null || :; } && chmod -- "$3" "$to" || return 1`}
      chmod u+rwx -- "$item" && (merge "$item" "$to") || return 1
    ${SKIPPED[policy]}
    else
      ${policy === 'repair' ? sh`if [ -e "$to" ] || [ -L "$to" ]; then rm -f -- "$to" || return 1; fi` : sh`:`}
      mv -f -- "$item" "$2/" || return 1
    fi
  done
}`

const SKIPPED: Readonly<Record<Policy, Command>> = {
  replace: sh``,
  newer: sh`elif [ ! -d "$item" ] && [ -e "$to" ] && [ "$to" -nt "$item" ]; then :`,
  keep: sh`elif [ -e "$to" ] || [ -L "$to" ]; then :`,
  repair: sh`elif [ -L "$item" ] && [ -L "$to" ]; then :
    elif [ -f "$item" ] && [ ! -L "$item" ] && [ -f "$to" ] && [ ! -L "$to" ] && { [ -s "$to" ] || [ ! -s "$item" ]; }; then :`,
}

const merged = ({ policy }: Extracting): Command => sh`${MERGE(policy)}
chmod u+rwx -- "$work/tree" && merge "$work/tree" "$dest" || exit 1
cd / || exit 1`

/** The stamp (host/stamp.ts says how it looks), made of the tree as long as it is whole and our own. */
const stampLines = ({ options, verify }: Extracting): Command => sh`{
  if command -v sha256sum >/dev/null; then digest=$(sha256sum <"$archive")
  elif command -v openssl >/dev/null; then digest=$(openssl dgst -sha256 -r <"$archive")
  else digest=unknown; fi
  printf 'kplay-extract 1\\narchive sha256:%s\\n%s\\n' "\${digest%% *}" ${`options ${options}`}
  written() { sed -e '/^\\.$/d' -e 's/\\\\/\\\\\\\\/g' -e 's/\t/\\\\t/g' -e 's/\r/\\\\r/g' -e "s/^\\.\\//$1\t/"; }
  find . -type d | written d
  find . -type l | written l
  find . -type f -size 0 | written e
  find . -type f ! -size 0 | written f
} >"$work/stamp" || exit 1
${verify ? sh`find . -type f -exec sha256sum -- {} + >"$work/sums" || exit 1` : sh`:`}`

const stamped = ({ stampPath, verify }: Extracting): Command => sh`umask 077
mkdir -p -- ${dirname(stampPath)} || exit 1
${verify ? sh`cp -- "$work/sums" ${`${stampPath}.sums`} || exit 1` : sh`:`}
cp -- "$work/stamp" ${`${stampPath}.new`} && { sync -- ${`${stampPath}.new`} 2>/dev/null || sync; } && mv -f -- ${`${stampPath}.new`} ${stampPath} && { sync -- ${dirname(stampPath)} 2>/dev/null || sync; }`
