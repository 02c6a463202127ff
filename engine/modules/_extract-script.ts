import { joined, sh, type Command } from '../host/shell.ts'
import { looked } from './_extract-look.ts'
import { checked, moved } from './_extract-move.ts'
import { dressed, pruned, stripped } from './_extract-tree.ts'
import type { Extracting } from './_extracting.ts'
import { dirname } from './_path.ts'

/** Free space that is plenty, in sizes of the packed archive. */
const ROOM = 16

/** The exit code for an archive, or a destination, that is not as it must be. */
export const REFUSED = 3

/**
 * Lists the archive and refuses what could land elsewhere; extracts into a fresh folder beside the destination; looks
 * at what came out; sets owner and mode; moves it in; writes it out to the disk; writes the stamp. Whatever fails
 * before the move leaves the destination as it was; a failure after it leaves a tree without stamp, to be made again.
 * Where hosts share cores, a process costs more than what it does here.
 */
export function extractScript(extracting: Extracting): Command {
  const { archive, temporary, dest, work, options, stampPath } = extracting
  const unstamped = options === undefined
  const left = [work, ...(unstamped ? [] : [`${stampPath}.new`]), ...(temporary ? [archive] : [])]
  const away = sh`rm -rf -- ${left} 2>/dev/null || { chmod -R -- u+rwX ${work} 2>/dev/null; rm -rf -- ${left}; }`
  return sh`(archive=${archive} dest=${dest} work=${work} stamp=${stampPath}
fail() { printf '%s\\n' "$1" >&2; exit 1; }
refuse() { printf '%s\\n' "$1" >&2; exit ${REFUSED}; }
if [ -L "$work" ]; then rm -f -- "$work"; elif [ -e "$work" ]; then chmod -R -- u+rwX "$work" 2>/dev/null; rm -rf -- "$work"; fi
trap ${away.text} EXIT
(umask 077 && mkdir -- "$work" && mkdir -- "$work/tree" ${unstamped ? sh`` : madeReady(stampPath)}) || exit 1
[ -f "$archive" ] && [ -r "$archive" ] || refuse "$archive cannot be read"
${formats(extracting)}
if [ "$tool" = zip ]; then
  command -v unzip >/dev/null || refuse 'unzip is needed to read this archive'
  ${ZIP}
else
  ${tar(extracting)}
fi
cd -P -- "$work/tree" || exit 1
${joined([...pruned(extracting), ...stripped(extracting), looked(extracting), ...dressed(extracting), checked(extracting)], '\n')}
${unstamped ? sh`` : unstamp(extracting)}
${moved(extracting)}
${unstamped ? sh`` : stamped(extracting)})`
}

/** The stamp's place; it is nobody else's to read. */
const madeReady = (stampPath: string): Command =>
  sh`&& { [ -d ${dirname(stampPath)} ] || mkdir -p -- ${dirname(stampPath)}; } && : >"$stamp.new"`

const unstamp = ({ verify }: Extracting): Command => sh`${
  verify ? sh`find . -type f -exec sha256sum -- {} + >"$work/sums" || exit 1` : sh``
}
if [ -e "$stamp" ] || [ -L "$stamp" ] || [ -e "$stamp.sums" ]; then rm -f -- "$stamp" "$stamp.sums" || exit 1; fi`

const stamped = ({ stampPath, verify }: Extracting): Command => sh`${
  verify ? sh`(umask 077 && exec cp -- "$work/sums" "$stamp.sums") || exit 1` : sh``
}
{ sync -- "$stamp.new" ${verify ? sh`"$stamp.sums"` : sh``} 2>/dev/null || sync; } && mv -f -- "$stamp.new" "$stamp" && { sync -- ${dirname(stampPath)} 2>/dev/null || sync; }`

/** By the first bytes, not by the name. */
const formats = ({ size }: Extracting): Command => sh`set -- $(od -An -tx1 -N6 <"$archive")
case $1$2$3$4$5$6 in
1f8b*|1f9d*) tool=gzip ;; 425a68*) tool=bzip2 ;; fd377a585a00) tool=xz ;; 28b52ffd*) tool=zstd ;; 504b*) tool=zip ;; *) tool= ;;
esac
unpack() { if [ -n "$tool" ]; then "$tool" -dc <"$archive"; else cat <"$archive"; fi; }
# A reader that has seen the end of the archive may stop before the end of the file: that is no failure.
feed() { unpack; code=$?; [ "$code" -eq 0 ] || [ "$code" -eq 141 ] || : >"$work/broken"; }
emptied() { [ ! -e "$1" ] || : >"$1"; }
# To unpack costs most of it: once is enough where there is plenty of room. What is wrong with it shows below.
plain=
case $tool in
zip) ;;
'') plain=$archive ;;
*)
  room=$(df -Pk -- "$work" 2>/dev/null)
  set -f; set -- \${room##*
}; set +f
  if [ "\${4:-0}" -gt "$((${size ?? sh`$(wc -c <"$archive")`} / 1024 * ${ROOM} + 65536))" ] 2>/dev/null && unpack >"$work/plain" 2>/dev/null
  then plain=$work/plain; else emptied "$work/plain"; fi ;;
esac
from_archive() { if [ -n "$plain" ]; then "$@" <"$plain"; else feed | "$@"; fi; }`

const tar = ({
  tarOptions,
  outsideLinks,
}: Extracting): Command => sh`[ -z "$tool" ] || command -v "$tool" >/dev/null || refuse "$tool is needed to read this archive"
  listed() { LC_ALL=C tar -tvf - "$@" >"$work/list" 2>"$work/said"; }
  # Only GNU tar knows how to quote. Any other, and an archive that it cannot read, is worth a second look.
  columns=5 gnu=1
  from_archive listed --numeric-owner --quoting-style=escape && [ ! -e "$work/broken" ] || {
    [ ! -e "$work/broken" ] || rm -f -- "$work/broken"
    numeric=
    case $(tar --version 2>/dev/null) in *'GNU tar'*) numeric=--numeric-owner ;; bsdtar*) columns=8 gnu= ;; *) gnu= ;; esac
    from_archive listed $numeric && [ ! -e "$work/broken" ] || refuse "the archive is damaged, or none: $(cat "$work/said")"
  }
  ${tarOptions.length === 0 ? sh`` : sh`[ -n "$gnu" ] || refuse ${`extra_opts needs GNU tar: ${tarOptions.join(' ')}`}`}
  [ ! -s "$work/said" ] || case $(cat "$work/said") in *'emoving leading'*) refuse 'the archive has entries that lead out of the folder' ;; esac
  LC_ALL=C awk -v columns="$columns" -v links=${outsideLinks ? 'any' : 'inside'} ${LIST_CHECK} "$work/list" || exit ${REFUSED}
  into_tree() { (cd -- "$work/tree" && exec tar -x -o -f - ${tarOptions}); }
  from_archive into_tree && [ ! -e "$work/broken" ] || fail 'the archive could not be extracted'
  emptied "$work/plain"`

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
  gsub(/\\/(\\.?\\/)+/, "/", name); sub(/^(\\.\\/)+/, "", name); sub(/\\/+$/, "", name)
  path = ""
  count = split(name, parts, "/")
  for (i = 1; i < count; i++) { path = path (i > 1 ? "/" : "") parts[i]; if (path in link) no("the archive has an entry behind one of its links") }
  if (kind == "l") link[name] = 1
}
END { exit bad }`

const ZIP = sh`unzip -Z1 "$archive" >"$work/list" 2>"$work/said" || unzip -l "$archive" 2>"$work/said" | sed -n 's/^ *[0-9]\\{1,\\}  *[-0-9]\\{8,10\\}  *[0-9:]\\{5,8\\}  *//p' >"$work/list"
  [ -s "$work/list" ] || refuse "the archive is damaged, or none: $(cat "$work/said")"
  # busybox leaves such names out of its list.
  [ ! -s "$work/said" ] || case $(cat "$work/said") in *'emoving leading'*) refuse 'the archive has entries that lead out of the folder' ;; esac
  LC_ALL=C awk '/^[\\/\\\\]/ || /(^|[\\/\\\\])\\.\\.([\\/\\\\]|$)/ { print "the archive has an entry that leads out of the folder: " $0 > "/dev/stderr"; exit 1 }' "$work/list" || exit ${REFUSED}
  unzip -q -o "$archive" -d "$work/tree" </dev/null >"$work/said" 2>&1 || [ "$?" -eq 1 ] || fail "the archive could not be extracted: $(cat "$work/said")"`
