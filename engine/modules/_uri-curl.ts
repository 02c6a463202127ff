import { sh, type Command } from '../host/shell.ts'
import { settingsFor } from './_fetch-script.ts'
import { lastHead, type HttpAnswer } from './_uri-answer.ts'
import { follows, methodOf, sentBy, type UriArgs } from './_uri-args.ts'

/** Stands between the headers and the page in what the script prints; no header can be it. */
const PAGE = '--- page ---'

export interface Request {
  readonly command: Command
  /** The settings, which nobody on the host may read in a list of processes, and then what is sent. */
  readonly stdin: string
}

/**
 * One request by curl. The script prints curl's exit code, the status, the last URL, what curl complained of in one
 * line, the headers and the page. `then` may go on with the page in "$folder/page" and the status in "$status".
 */
export function curlRequest(args: UriArgs, given: unknown, then?: Command): Request {
  const { body, headers } = sentBy(args, given)
  const method = methodOf(args)
  const settings = `${settingsFor('curl', {
    url: args.url,
    headers,
    user: args.url_username,
    password: args.url_password,
    agent: args.http_agent,
    validateCerts: args.validate_certs,
    clientCert: args.client_cert,
    clientKey: args.client_key,
    authority: args.ca_path,
  })}\n`
  const data = args.src ?? (body === undefined ? undefined : '')
  // curl itself turns a POST that is sent on into a GET, as browsers do, as long as nobody names the method.
  const sends = data !== undefined || method === 'POST'
  const words = [
    ...(method === 'HEAD' ? ['-I'] : method === 'GET' && !sends ? [] : method === 'POST' ? [] : ['-X', method]),
    ...(follows(args) ? ['-L', '--max-redirs', '10'] : []),
    ...(args.use_proxy ? [] : ['--noproxy', '*']),
    ...(args.unix_socket === undefined ? [] : ['--unix-socket', args.unix_socket]),
    ...['--connect-timeout', args.timeout, '-y', args.timeout, '-Y', 1],
  ]
  const payload = !sends
    ? sh``
    : args.src === undefined
      ? sh`--data-binary @"$folder/body"`
      : sh`--data-binary ${`@${args.src}`}`
  const command = sh`(mask=$(umask); umask 077; folder=$(mktemp -d) || exit; trap 'rm -rf -- "$folder"' 0
dd bs=1 count=${Buffer.byteLength(settings)} of="$folder/settings" 2>/dev/null && cat >"$folder/body" || exit
: >"$folder/head" && : >"$folder/page" || exit
status=$(curl -q -s -S -K "$folder/settings" ${words} ${payload} -D "$folder/head" -o "$folder/page" -w '%{http_code} %{url_effective}' 2>"$folder/why")
code=$?
printf '%s\\n%s\\n%s\\n' "$code" "$status" "$(tr '\\n' ' ' <"$folder/why")"
cat -- "$folder/head"; echo; echo ${PAGE}
${then ?? sh`cat -- "$folder/page"`})`
  return { command, stdin: `${settings}${body ?? ''}` }
}

/** Takes apart what the script printed. */
export function curlAnswer(args: UriArgs, stdout: string, stderr: string): HttpAnswer {
  const [code = '', told = '', why = '', ...rest] = stdout.split('\n')
  const text = rest.join('\n')
  const at = text.indexOf(`\n${PAGE}\n`)
  const [, status, url = args.url] = /^(\d{3}) (.*)$/.exec(told) ?? []
  const head = lastHead(text.slice(0, Math.max(at, 0)))
  const failed = code !== '0' || status === undefined || status === '000'
  if (failed)
    return {
      status: -1,
      reason: '',
      url: args.url,
      headers: [],
      content: '',
      error: why.trim().replace(/^curl: \(\d+\) /, '') || stderr.trim() || `curl ended with ${code}`,
    }
  return { ...head, status: Number(status), url, content: text.slice(at + PAGE.length + 2) }
}
