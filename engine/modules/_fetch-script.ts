import { freshStamp } from '../host/digest-memory.ts'
import { synced } from '../host/durable.ts'
import { sh, type Command } from '../host/shell.ts'
import { rightDigest, type ChecksumWord } from './_checksum.ts'
import { installed, type Installing } from './_install.ts'
import { basename, dirname } from './_path.ts'

export type Tool = 'curl' | 'wget' | 'busybox'
export interface Fetching extends Installing {
  readonly url: string
  readonly tool: Tool
  readonly checksum: Extract<ChecksumWord, { hex: string }> | undefined
  readonly timeout: number
  readonly retries: number
  readonly useProxy: boolean
  readonly validateCerts: boolean
}
/** What a program must know and nobody else on the host: it travels over stdin, never in a list of processes. */
export interface Settings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly password: string | undefined
  readonly agent: string
  readonly validateCerts: boolean
  readonly clientCert: string | undefined
  readonly clientKey: string | undefined
  readonly authority: string | undefined
}

const NEW = sh`"$new"`

/**
 * Downloads into a hidden file beside `place` (a broken one is gone on with when a checksum guards the result), checks
 * it, while the disk takes it, and puts it in place. Exit code 3: it came, but with another digest.
 */
export function fetchScript(fetching: Fetching): Command {
  const { place, url, checksum, retries } = fetching
  const above = dirname(place).replace(/\/$/, '')
  const part = `${above}/.${basename(place).slice(0, 200)}.kplay-part`
  return sh`(mask=$(umask); umask 077; new=${part}; settings=$(cat)
if [ -L "$new" ] || { [ -e "$new" ] && { [ ! -f "$new" ] || [ ! -O "$new" ]; }; }; then
  echo "$new is in the way" >&2; exit 1
fi
${
  checksum
    ? rightDigest(checksum.algorithm, checksum.hex)
    : sh`right() { :; }
rm -f -- "$new"`
}
[ -e "$new" ] || (set -C; : >"$new") || exit 1
${fetchFunction(fetching)}
attempt=0 pause=1
until ${checksum ? sh`[ -s "$new" ] && right` : sh`false`}; do
  resume=
  ${checksum ? sh`[ ! -s "$new" ] || resume=1` : sh`:`}
  if fetch; then
    ${checksum ? sh`{ ${synced(NEW)}; } & writing=$!` : sh`writing=`}
    if right; then [ -z "$writing" ] || wait "$writing" || { rm -f -- "$new"; exit 1; }; break; fi
    wait
    head=$(head -c 300 "$new" 2>/dev/null | tr -d '\\000')
    : >"$new"
    # What was gone on with may be the start of something else: once more from the start.
    if [ -n "$resume" ]; then continue; fi
    rm -f -- "$new"
    echo ${`the ${checksum?.algorithm} of ${shown(url)} is`} "$found," ${`not ${checksum?.hex}`} >&2
    case $head in *'<html'*|*'<HTML'*|*'<!DOCTYPE'*|*'<!doctype'*) echo 'what came is a page, not a file' >&2 ;; esac
    exit 3
  fi
  if [ -n "$again" ] && [ -n "$resume" ]; then : >"$new"; continue; fi
  attempt=$((attempt + 1))
  if [ -n "$final" ] || [ "$attempt" -gt ${retries} ]; then
    ${checksum ? sh`[ -s "$new" ] && [ -z "$final" ] ||` : sh``} rm -f -- "$new"
    printf '%s\\n' ${shown(url)}": $said" >&2
    exit 1
  fi
  sleep "$pause"; pause=$((pause * 2)); [ "$pause" -le 30 ] || pause=30
done
trap 'rm -f -- "$new"' EXIT
${installed(fetching, checksum && freshStamp(sh`${place}`))})`
}

/** Defines \`fetch\`: one attempt. It sets "$said", "$final" (trying again is no use) and "$again" (try without going on). */
function fetchFunction(fetching: Fetching): Command {
  if (fetching.url.startsWith('file:')) return fetchFile(decodeURIComponent(new URL(fetching.url).pathname))
  if (fetching.tool === 'curl') return fetchCurl(fetching)
  return fetchWget(fetching)
}

const fetchFile = (path: string): Command => sh`fetch() {
  again= final=1
  said=$(LC_ALL=C cat -- ${path} 2>&1 >"$new")
}`

const fetchCurl = ({
  url,
  timeout,
  useProxy,
}: Fetching): Command => sh`protocols=${url.startsWith('https:') ? '--proto =https' : '--proto =http,https'}
fetch() {
  again= final=
  said=$(printf '%s\\n' "$settings" | curl -q -s -S -f -L $protocols ${useProxy ? [] : ['--noproxy', '*']} --connect-timeout ${timeout} -y ${timeout} -Y 1 \${resume:+-C -} -o "$new" -K - 2>&1)
  code=$?
  # An old one knows no such option. To ask for its version would take as long as a small download.
  case $code$protocols$said in 2--proto*--proto*) protocols= ; fetch; return ;; esac
  case $code in 33|36) again=1 ;; esac
  case $said in *'error: 416'*) again=1 ;; *'error: 408'*|*'error: 425'*|*'error: 429'*) ;; *'error: 4'*) final=1 ;; esac
  case $code in 1|2|3|35|51|58|60|77|83|90|91) final=1 ;; esac
  return "$code"
}`

const fetchWget = ({ url, tool, timeout, useProxy }: Fetching): Command => sh`limit=${`-T${timeout}`}
fetch() {
  again= final=
  ${
    tool === 'busybox'
      ? sh`said=$(set -f; IFS='
'; wget -q $limit ${useProxy ? [] : ['-Y', 'off']} \${resume:+-c} -O "$new" $settings -- ${url} 2>&1)`
      : sh`printf '%s\\n' "$settings" >"$new.rc"
  said=$(LC_ALL=C WGETRC="$new.rc" wget -nv -t 1 -T ${timeout} ${useProxy ? [] : ['--no-proxy']} \${resume:+-c} -O "$new" -- ${url} 2>&1)`
  }
  code=$?
  rm -f -- "$new.rc"
  case $said in *' 416 '*|*'range'*) again=1 ;; *' 408 '*|*' 425 '*|*' 429 '*) ;; *'ERROR 4'[0-9][0-9]*|*'HTTP/1.'[01]' 4'*) final=1 ;; esac
  case $said in *certificate*) final=1 ;; esac
  # Some builds of busybox crash over -T: then without a limit, and that was no attempt.
  if [ "$code" -eq 139 ] && [ -n "$limit" ]; then limit= ; fetch; return; fi
  return "$code"
}`

/** Options that hold secrets, in the words of the program that reads them from its stdin or file. */
export function settingsFor(tool: Tool, settings: Settings): string {
  const { url, headers, user, password, agent, validateCerts, clientCert, clientKey, authority } = settings
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const pair = user === undefined && password === undefined ? undefined : `${user ?? ''}:${password ?? ''}`
  if (tool === 'busybox') {
    const basic = pair === undefined ? [] : [`Authorization: Basic ${Buffer.from(pair).toString('base64')}`]
    return [
      '-U',
      agent,
      ...[...lines, ...basic].flatMap((line) => ['--header', line]),
      ...(validateCerts ? [] : ['--no-check-certificate']),
    ].join('\n')
  }
  if (tool === 'wget') {
    const rows = [
      ...lines.map((line) => `header = ${line}`),
      `user_agent = ${agent}`,
      ...(pair === undefined
        ? []
        : [`http_user = ${user ?? ''}`, `http_password = ${password ?? ''}`, 'auth_no_challenge = on']),
      ...(validateCerts ? [] : ['check_certificate = off']),
      ...Object.entries({ certificate: clientCert, private_key: clientKey, ca_certificate: authority }).flatMap(
        ([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]),
      ),
    ]
    return rows.join('\n')
  }
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
  return [
    `url = ${quoted(url)}`,
    `user-agent = ${quoted(agent)}`,
    ...lines.map((line) => `header = ${quoted(line)}`),
    ...(pair === undefined ? [] : [`user = ${quoted(pair)}`]),
    ...(validateCerts ? [] : ['insecure']),
    ...Object.entries({ cert: clientCert, key: clientKey, cacert: authority }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} = ${quoted(value)}`],
    ),
  ].join('\n')
}

/** A URL without its password. */
export const shown = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1')
