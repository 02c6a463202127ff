import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { defineModule, type ReadAnswer } from '../module/define.ts'
import { plainOf } from '../schema/coerce.ts'
import { unsupported } from './_attributes.ts'
import { nameIn } from './_download-state.ts'
import { throughFreshFile } from './_install.ts'
import { join, withoutSlash } from './_path.ts'
import { refusal } from './_refuse.ts'
import { probeGuards, type CommandArgs } from './_run-command.ts'
import { judged, valuesOf, wrongStatus } from './_uri-answer.ts'
import { isSafe, methodOf, uriFields, uriMistake, type UriArgs } from './_uri-args.ts'
import { curlAnswer, curlRequest } from './_uri-curl.ts'
import { dialRequest } from './_uri-dial.ts'

const guards = ({ creates, removes }: UriArgs, reader: Reader): ReturnType<typeof probeGuards> =>
  probeGuards({ creates, removes, chdir: undefined } as CommandArgs, reader)

const noCurl = (): KplayError =>
  refusal('the host has no curl, which this takes', 'install curl; plain http without dest goes without it')

export const uri = defineModule({
  name: 'uri',
  summary: 'Asks a web server from the host, and registers status, headers and content of the answer.',
  notes:
    'A question is never a change. In check mode GET, HEAD and OPTIONS are asked; what another method would answer is known only after a real run. The host needs curl for https, `dest` and `unix_socket`; plain http is asked over a bare connection where there is none, with at most one mebibyte of answer. Secrets never stand in a list of processes.',
  always: 'what a server answers may be another thing each time',
  args: uriFields,
  examples: [
    {
      title: 'Until a service is well',
      args: { url: 'http://localhost:8080/health', status_code: [200, 204], return_content: true },
    },
    {
      title: 'Send data',
      args: {
        url: 'https://example.org/api',
        method: 'POST',
        body_format: 'json',
        body: { name: 'kafka' },
        status_code: [201],
      },
    },
  ],

  rule: uriMistake,
  masked: ['headers', 'url_password'],

  question: ({ dest }) => dest === undefined,
  async ask(args, reader, { now, checking, environment }): Promise<ReadAnswer> {
    const { 'nothing to do': why } = await guards(args, reader)
    if (why !== null) return { values: { stdout: `skipped, since ${why}`, skipped: true } }
    if (checking === true && !isSafe(args))
      throw new KplayError(
        'UNPREDICTABLE',
        `what ${args.url} answers to ${methodOf(args)} is known only after a real run`,
      )
    const start = now()
    const body = plainOf(args.body)
    if ((await reader.tool('curl')) === undefined) {
      if (!/^http:/i.test(args.url) || args.unix_socket !== undefined || args.src !== undefined) throw noCurl()
      const answer = await dialRequest(args, body, reader)
      return judged(args, answer, (now() - start) / 1000)
    }
    const { command, stdin } = curlRequest(args, body)
    const { stdout, stderr, code } = await reader.ask(command, { stdin, environment })
    if (code !== 0 && stdout === '')
      return { values: { status: -1 }, failed: `the request could not be made: ${stderr.trim()}` }
    return judged(args, curlAnswer(args, stdout, stderr), (now() - start) / 1000)
  },

  async probe(args, reader) {
    const [found, place] = await Promise.all([guards(args, reader), placeOf(args, reader)])
    const [entry, tool] = await Promise.all([reader.stat(place), reader.tool('curl')])
    const { mode = null, uid = null, gid = null } = entry ?? {}
    return { ...found, place, kind: entry?.kind ?? 'absent', mode, uid, gid, curl: tool !== undefined }
  },
  want: () => ({}),
  must: (_, now) => now['nothing to do'] === null,
  apply(args, { place, kind, mode, uid, gid, curl }) {
    if (!curl) throw noCurl()
    const old = kind === 'file' ? { mode: mode ?? '0644', uid: uid ?? 0, gid: gid ?? 0 } : undefined
    const attributes = { mode: args.mode, owner: args.owner, group: args.group }
    const save = throughFreshFile({ place, old, backup: false, ...attributes }, sh`cat -- "$folder/page" >"$new"`)
    const { command, stdin } = curlRequest(
      args,
      plainOf(args.body),
      sh`umask "$mask"
case \${status%% *} in ${oneOf(args.status_code)}) ${save} ;; esac`,
    )
    return [
      {
        kind: 'run',
        label: `${methodOf(args)} ${args.url} to ${place}`,
        command,
        stdin,
        effects: [{ effect: 'file', path: place, content: null, ...attributes }],
        secrets: [...Object.values(args.headers), ...(args.url_password === undefined ? [] : [args.url_password])],
      },
    ]
  },
  failure(args, ran) {
    const last = ran.at(-1)
    const answer = last && curlAnswer(args, last.stdout, last.stderr)
    return !answer || args.status_code.includes(answer.status) ? undefined : wrongStatus(args, answer)
  },
  result(args, now, _, ran) {
    const last = ran.at(-1)
    if (now['nothing to do'] !== null) return { stdout: `skipped, since ${now['nothing to do']}`, skipped: true }
    if (!last) return { path: now.place }
    return {
      ...valuesOf(args, curlAnswer(args, last.stdout, last.stderr), (last.elapsed ?? 0) / 1000),
      path: now.place,
    }
  },
  warnings: (args) => unsupported(args),
})

const oneOf = (codes: readonly number[]) => {
  const [first = 200, ...others] = codes
  return others.reduce((before, code) => sh`${before}|${code}`, sh`${first}`)
}

/** Into a folder it goes under the name in the URL. */
async function placeOf({ dest = '', url }: UriArgs, reader: Reader): Promise<string> {
  const isFolder = dest.endsWith('/') || (await reader.stat(dest))?.kind === 'dir'
  return isFolder ? join(dest, nameIn(url) || 'index.html') : withoutSlash(dest)
}
