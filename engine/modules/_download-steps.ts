import type { ControllerFile, Step } from '../host/step.ts'
import type { AttributeArgs } from './_attributes.ts'
import { checksumWord } from './_checksum.ts'
import type { DownloadNow } from './_download-state.ts'
import { fetchScript, settingsFor, shown } from './_fetch-script.ts'
import { refusal } from './_refuse.ts'

export interface DownloadArgs extends AttributeArgs {
  readonly url: string
  readonly checksum: string | undefined
  readonly backup: boolean
  readonly timeout: number
  readonly retries: number
  readonly headers: Readonly<Record<string, string>>
  readonly url_username: string | undefined
  readonly url_password: string | undefined
  readonly validate_certs: boolean
  readonly use_proxy: boolean
  readonly http_agent: string
  readonly client_cert: string | undefined
  readonly client_key: string | undefined
  readonly ca_path: string | undefined
}

/** Throws REFUSED where nothing on the host can download this safely. */
export function refuseTool(args: DownloadArgs, { tool }: DownloadNow): void {
  const { url, validate_certs } = args
  if (/^file:/i.test(url)) return
  if (tool === null) throw refusal('the host has neither curl nor wget', 'set via: controller, or install one of them')
  if (tool !== 'busybox') return
  if (/^https:/i.test(url) && validate_certs)
    throw refusal(
      "busybox's wget, all this host has, does not check certificates",
      'set via: controller, or install curl',
    )
  if (args.client_cert !== undefined || args.ca_path !== undefined)
    throw refusal("busybox's wget, all this host has, knows no certificates", 'install curl')
}

/** The step that brings the file: sent from the controller, or downloaded by the host. */
export function downloadStep(
  args: DownloadArgs,
  now: DownloadNow,
  attributes: AttributeArgs,
  digest: string | undefined,
  file: ControllerFile | undefined,
): Step {
  const { url, backup } = args
  const { place } = now
  const label = `download ${shown(url)} to ${place}`
  if (file)
    return { kind: 'write', path: place, content: file, ...attributes, backup: backup && now.kind === 'file', label }

  const word = digest === undefined ? undefined : checksumWord(digest)
  const checksum = word && 'hex' in word ? word : undefined
  const tool = now.tool ?? 'curl'
  const script = fetchScript({
    place,
    url,
    tool,
    checksum,
    ...attributes,
    backup,
    old: now.kind === 'file' ? { mode: now.mode ?? '0644', uid: now.uid ?? 0, gid: now.gid ?? 0 } : undefined,
    timeout: args.timeout,
    retries: args.retries,
    useProxy: args.use_proxy,
    validateCerts: args.validate_certs,
  })
  const settings = settingsFor(tool, {
    url,
    headers: args.headers,
    user: args.url_username,
    password: args.url_password,
    agent: args.http_agent,
    validateCerts: args.validate_certs,
    clientCert: args.client_cert,
    clientKey: args.client_key,
    authority: args.ca_path,
  })
  const known = checksum?.algorithm === 'sha256' ? { file: url, size: -1, sha256: checksum.hex } : null
  return {
    kind: 'run',
    label,
    command: script,
    stdin: settings,
    effects: [{ effect: 'file', path: place, content: known, ...attributes }],
    failures: { 1: 'DOWNLOAD', 3: 'CHECKSUM' },
    verifies: checksum && { path: place, algorithm: checksum.algorithm, hex: checksum.hex },
    secrets: [...Object.values(args.headers), ...(args.url_password === undefined ? [] : [args.url_password])],
  }
}
