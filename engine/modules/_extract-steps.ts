import { writeStamp } from '../host/stamp.ts'
import type { ArchiveEntry } from '../host/reader.ts'
import type { Effect, RunStep, Step } from '../host/step.ts'
import { downloadStep, refuseTool } from './_download-steps.ts'
import type { DownloadNow } from './_download-state.ts'
import { extraOptions } from './_extract-options.ts'
import { extractScript, REFUSED } from './_extract-script.ts'
import { stampOptions, type ExtractArgs, type ExtractNow } from './_extract-state.ts'
import type { Policy } from './_extracting.ts'
import { makeFolders } from './_parents.ts'
import { basename, join, normalized, withoutSlash } from './_path.ts'
import { refusal } from './_refuse.ts'

type Args = ExtractArgs & {
  readonly keep_newer: boolean
  readonly outside_links: boolean
  readonly validate_certs: boolean
}

/** `listed`: the archive's entries, where the controller has it. */
export function extractSteps(
  args: Args,
  now: ExtractNow,
  listed: readonly ArchiveEntry[] | undefined,
): readonly Step[] {
  const { owner, group, mode, src, creates } = args
  const dest = withoutSlash(args.dest)
  if (now.destination !== 'dir' && now.destination !== 'absent' && now.destination !== 'unknown')
    throw refusal(`${dest} is no folder, so nothing can be extracted into it`)
  if (now.blocked !== null) throw refusal(`${now.blocked} is no folder, so nothing can be in it`)
  if (now.source === 'absent')
    throw refusal(`the archive ${src} is not there`, 'remote_src: true takes one that is on the host')
  if (now.source === 'dir') throw refusal(`${src} is a folder, not an archive`)

  const extra = extraOptions(args.extra_opts)
  const repair = now.extracted === now.asked && !args.verify
  const policy: Policy = repair
    ? 'repair'
    : extra.keepExisting
      ? 'keep'
      : args.keep_newer || extra.keepNewer
        ? 'newer'
        : 'replace'
  const key = basename(now.stampPath)
  const temporary = now.origin !== 'host'
  const archive = temporary ? join(dest, `.kplay-${key}.archive`) : now.path
  const strip = args.strip === 0 ? (extra.strip ?? 0) : args.strip
  const exclude = [...args.exclude, ...extra.exclude]
  const entries = listed && extra.tarOptions.length === 0 ? shaped(listed, strip, args.include, exclude) : undefined
  const stamp = writeStamp({ archive: `sha256:${now.sha256}`, options: now.asked, entries: entries ?? [] })
  const extraction: Effect = {
    effect: 'extraction',
    path: dest,
    entries: withMode(entries, mode) ?? 'unknown',
    owner,
    group,
    stampPath: now.stampPath,
    stamp,
  }
  const step: RunStep = {
    kind: 'run',
    label: `${repair ? 'repair' : 'extract'} ${basename(src)} ${repair ? 'in' : 'to'} ${dest}`,
    command: extractScript({
      ...{ archive, temporary, dest, strip, policy, owner, group, mode, exclude },
      size: now.size > 0 ? now.size : undefined,
      known: now.sha256 === '' ? undefined : { hex: now.sha256, stamp: now.archiveStamp },
      include: args.include,
      work: join(dest, `.kplay-${key}`),
      tarOptions: extra.tarOptions,
      outsideLinks: args.outside_links,
      stampPath: now.stampPath,
      options: repair ? undefined : stampOptions(now.asked),
      verify: args.verify,
    }),
    failures: { [REFUSED]: 'REFUSED' },
    effects: [
      extraction,
      ...(creates !== undefined && entries === undefined
        ? [{ effect: 'dir', path: withoutSlash(creates) } as const]
        : []),
      ...(temporary ? [{ effect: 'remove', path: archive } as const] : []),
    ],
  }
  const folder = now.destination === 'dir' ? [] : [makeFolders(dest, { ...now, missing: above(now.missing, dest) })]
  return [...folder, ...bring(args, now, archive), step]
}

const above = (missing: string, dest: string): string =>
  missing
    .split('\n')
    .filter((folder) => folder !== dest)
    .join('\n')

/** How the archive comes to the host, when it is not there: sent, or downloaded, under a hidden name in the destination. */
function bring(args: Args, { origin, file, size, sha256, tool }: ExtractNow, archive: string): readonly Step[] {
  if (origin === 'controller')
    return [
      {
        kind: 'write',
        path: archive,
        content: { file: file ?? '', size, sha256 },
        mode: '0600',
        label: `send ${basename(args.src)}`,
      },
    ]
  if (origin === 'host') return []
  const fresh: DownloadNow = {
    ...{ place: archive, kind: 'absent', digest: null, mode: null, owner: null, group: null, uid: null, gid: null },
    ...{ size: null, missing: '', blocked: null, tool },
  }
  const options = { ...NO_LOGIN, url: args.src, checksum: args.checksum, validate_certs: args.validate_certs }
  refuseTool(options, fresh)
  return [downloadStep(options, fresh, { mode: '0600' }, args.checksum, undefined)]
}

const NO_LOGIN = {
  ...{ backup: false, timeout: 10, retries: 3, headers: {}, url_username: undefined, url_password: undefined },
  ...{ use_proxy: true, http_agent: 'kplay', client_cert: undefined, client_key: undefined, ca_path: undefined },
  ...{ mode: undefined, owner: undefined, group: undefined },
}

const withMode = (
  entries: readonly ArchiveEntry[] | undefined,
  mode: string | undefined,
): readonly ArchiveEntry[] | undefined =>
  mode === undefined || !/^\d+$/.test(mode)
    ? entries
    : entries?.map((entry) => (entry.kind === 'link' ? entry : { ...entry, mode }))

/** The entries as they will stand in the destination. */
function shaped(
  listed: readonly ArchiveEntry[],
  strip: number,
  include: readonly string[],
  exclude: readonly string[],
): readonly ArchiveEntry[] | undefined {
  // A pattern is for tar to understand.
  if ([...include, ...exclude].some((name) => /[*?[]/.test(name))) return undefined
  const inside = (path: string, name: string): boolean => path === name || path.startsWith(`${name}/`)
  const clean = (name: string): string => normalized(name) ?? name
  const wanted = include.map(clean)
  const unwanted = exclude.map(clean)
  const shapes = new Map<string, ArchiveEntry>()
  for (const entry of listed) {
    const path = clean(entry.path)
    if (wanted.length > 0 && !wanted.some((name) => inside(path, name))) continue
    if (unwanted.some((name) => inside(path, name) || `/${path}/`.includes(`/${name}/`))) continue
    const parts = path.split('/').slice(strip)
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      if (!shapes.has(folder)) shapes.set(folder, { path: folder, kind: 'dir', empty: false })
    }
    if (parts.length > 0 && path !== '') shapes.set(parts.join('/'), { ...entry, path: parts.join('/') })
  }
  return [...shapes.values()]
}
