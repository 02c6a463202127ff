import { STAMP } from '../host/digest-memory.ts'
import { type Command, sh } from '../host/shell.ts'
import type { Extracting } from './_extracting.ts'

/**
 * Looks at what really came out: names, kinds, set-id bits, links that lead elsewhere; and lists it for the stamp
 * (host/stamp.ts says how that looks), as long as the tree is whole and our own. GNU find does both in one pass,
 * unless there is something odd.
 */
export const looked = (
  extracting: Extracting,
): Command => sh`${extracting.options === undefined ? sh`` : digested(extracting, extracting.options)}
root=$PWD
if ! ${gnuLook(extracting)} 2>/dev/null || [ -s "$work/odd" ]; then
  ${portableLook(extracting)}
  ${extracting.options === undefined ? sh`` : PORTABLE_LIST}
fi`

const digested = (
  { known }: Extracting,
  options: string,
): Command => sh`if ${isKnown(known)}; then digest=${known?.hex ?? ''}
elif command -v sha256sum >/dev/null; then digest=$(sha256sum <"$archive")
elif command -v openssl >/dev/null; then digest=$(openssl dgst -sha256 -r <"$archive")
else digest=unknown; fi
heading() { printf 'kplay-extract 1\\narchive sha256:%s\\n%s\\n' "\${digest%% *}" ${`options ${options}`}; }
heading >"$stamp.new" || exit 1`

/** Whether the archive is the one whose digest is known. */
const isKnown = (known: Extracting['known']): Command =>
  known === undefined
    ? sh`false`
    : known.stamp === null
      ? sh`:`
      : sh`[ "$(TZ=UTC0 stat -L -c ${STAMP} -- "$archive" 2>/dev/null)" = ${known.stamp} ]`

const SET_ID = sh`-type f \\( -perm -4000 -o -perm -2000 \\)`
const LINE_BREAK = '*\n*'

/** Of the names, those that a stamp would have to escape are odd too. */
const gnuLook = ({ options, outsideLinks }: Extracting): Command => sh`LC_ALL=C find . -name . \\
  -o \\( -name '*\\\\*' -o -name ${'*[\t\r\n]*'} -o ! -type d ! -type f ! -type l -o ${SET_ID} \\) -fprint "$work/odd" \\
  -o -type d -printf 'd\\t%P\\n' -o -type f -size 0 -printf 'e\\t%P\\n' -o -type f -printf 'f\\t%P\\n' \\
  -o -type l -printf 'l\\t%P\\n' ${outsideLinks ? sh`` : sh`\\( -lname '/*' -o -lname '*..*' \\) ${LINKS_INSIDE}`} >>${
    options === undefined ? sh`/dev/null` : sh`"$stamp.new"`
  }`

/** The same with what every find has; what is odd is told apart only when there is something. */
const portableLook = ({ outsideLinks }: Extracting): Command => sh`seen=1
  : >"$work/odd"
  LC_ALL=C find . -name ${LINE_BREAK} -print -o ! -type d ! -type f ! -type l -print -o ${SET_ID} -print ${
    outsideLinks ? sh`` : sh`-o -type l ${LINKS_INSIDE}`
  } >>"$work/odd" || seen=
  if [ -s "$work/odd" ]; then
    odd=$(LC_ALL=C find . -name ${LINE_BREAK} -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a name with a line break in it"
    odd=$(find . ! -type d ! -type f ! -type l -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a device, pipe or socket: $odd"
    odd=$(find . ${SET_ID} -print | head -n 1); [ -z "$odd" ] || refuse "the archive has a set-id file: $odd"
    refuse 'set outside_links: true to allow such links'
  fi
  [ -n "$seen" ] || refuse 'not all that came out of the archive can be looked at'`

/**
 * A link without `..` leads outside only by way of another one, which is looked at too. What is found is noted, as not
 * every find ends like what it started.
 */
const LINKS_INSIDE = sh`-exec sh -c 'odd=$1; shift
for link; do
  target=$(readlink -- "$link")
  case /$target/ in
    //*) false ;;
    */../*) case $(readlink -f -- "$link") in "$0"|"$0"/*) : ;; *) false ;; esac ;;
  esac || { echo "the archive has a link to something outside: $link -> $target" >&2; echo "$link" >>"$odd"; exit 1; }
done' "$root" "$work/odd" {} +`

const PORTABLE_LIST = sh`{
    heading
    find . -name . -o -type d ${withLetter('d')} -o -type l ${withLetter('l')} -o -type f -size 0 ${withLetter('e')} -o -type f ${withLetter('f')} |
      sed -e 's/\\\\/\\\\\\\\/g' -e 's/\t/\\\\t/g' -e 's/\r/\\\\r/g' -e 's/^\\(.\\)\\.\\//\\1\t/'
  } >"$stamp.new" || exit 1`

function withLetter(letter: string): Command {
  return sh`-exec sh -c 'printf "${letter}%s\\n" "$@"' sh {} +`
}
