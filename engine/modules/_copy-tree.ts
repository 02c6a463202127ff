import { makeDir, makeLink } from '../host/actions.ts'
import type { Reader } from '../host/reader.ts'
import type { Step } from '../host/step.ts'
import type { StateValue, Wanted } from '../module/define.ts'
import { attributesNow, attributeSteps, attributesWanted, type AttributeArgs } from './_attributes.ts'
import type { SourceEntry } from './_copy-source.ts'
import { sendStep, type CopyArgs } from './_copy-steps.ts'
import { early } from './_early.ts'
import { lookAbove, makeFolders } from './_parents.ts'
import { join } from './_path.ts'
import { named, refusal } from './_refuse.ts'

/** A folder's copy as a flat state: for each `./path` what is there, and `mode of ./path` and so on. */
export type TreeState = Readonly<Record<string, StateValue>>
/** Keys that are never wanted: what `apply` has to know. They begin with a space, which no other key does. */
export const ENTRIES = ' entries'
const keyOf = (path: string): string => `./${path}`
const attributeKey = (word: 'mode' | 'owner' | 'group', path: string): string => `${word} of ./${path}`
const TOP = ' top'
const MISSING = ' missing'
const BLOCKED = ' blocked'

export async function probeTree(
  args: CopyArgs,
  top: string,
  entries: readonly SourceEntry[],
  reader: Reader,
): Promise<TreeState> {
  const folders = lookAbove(join(top, 'x'), reader)
  const found = early(
    Promise.all(
      entries.map(async ({ path, kind }): Promise<Record<string, StateValue>> => {
        const place = join(top, path)
        const follow = kind === 'dir' || (kind === 'file' && args.follow)
        const [entry, digest] = await Promise.all([
          follow ? reader.stat(place) : reader.lstat(place),
          kind === 'file' ? reader.digest(place, 'sha256').catch(() => undefined) : undefined,
        ])
        const what =
          entry?.kind === 'file'
            ? `file ${digest}`
            : entry?.kind === 'link'
              ? `link to ${entry.target}`
              : (entry?.kind ?? 'absent')
        const { mode, owner, group } = attributesNow(args, entry)
        return {
          [keyOf(path)]: what,
          [attributeKey('mode', path)]: mode,
          [attributeKey('owner', path)]: owner,
          [attributeKey('group', path)]: group,
        }
      }),
    ),
  )
  const above = await folders
  return {
    ...Object.assign({}, ...(await found)),
    [ENTRIES]: JSON.stringify(entries),
    [TOP]: top,
    [MISSING]: above.missing,
    [BLOCKED]: above.blocked,
  } as TreeState
}

export const entriesOf = (now: TreeState): readonly SourceEntry[] => JSON.parse(String(now[ENTRIES])) as SourceEntry[]

export function wantTree(args: CopyArgs, now: TreeState): Wanted {
  const want: Record<string, StateValue | undefined> = {}
  for (const entry of entriesOf(now)) {
    const { path, kind } = entry
    if (kind === 'file' && !args.force && now[keyOf(path)] !== 'absent') continue
    want[keyOf(path)] = kind === 'dir' ? 'dir' : kind === 'link' ? `link to ${entry.target}` : `file ${entry.sha256}`
    if (kind === 'file' || (kind === 'dir' && now[keyOf(path)] !== 'dir')) {
      const { mode, owner, group } = wantedOf(args, now, entry)
      Object.assign(want, {
        [attributeKey('mode', path)]: mode,
        [attributeKey('owner', path)]: owner,
        [attributeKey('group', path)]: group,
      })
    }
  }
  return want
}

function wantedOf(args: CopyArgs, now: TreeState, { path, kind, mode }: SourceEntry): AttributeArgs {
  const { owner, group } = args
  if (kind === 'dir') return attributesWanted({ mode: args.directory_mode, owner, group }, undefined, true)
  const current = now[attributeKey('mode', path)]
  const asked = args.mode === 'preserve' ? mode : args.mode
  return attributesWanted({ mode: asked, owner, group }, typeof current === 'string' ? current : undefined)
}

export function treeSteps(args: CopyArgs, now: TreeState, want: Wanted): readonly Step[] {
  const top = String(now[TOP])
  if (now[BLOCKED] !== null) throw refusal(`${now[BLOCKED]} is no folder, so nothing can be copied into it`)
  const missing = String(now[MISSING])
  const folders = missing === '' ? [] : missing.split('\n')
  const attributes = { mode: args.directory_mode, owner: args.owner, group: args.group }
  const [last, ...above] = [...folders].reverse()
  const first =
    last === undefined ? [] : [makeFolders(last, { missing: above.reverse().join('\n'), blocked: null }, attributes)]
  return [...first, ...entriesOf(now).flatMap((entry) => entrySteps(args, join(top, entry.path), entry, now, want))]
}

function entrySteps(args: CopyArgs, place: string, entry: SourceEntry, now: TreeState, want: Wanted): readonly Step[] {
  const { path, kind } = entry
  const was = String(now[keyOf(path)])
  const right = want[keyOf(path)] === undefined || want[keyOf(path)] === now[keyOf(path)]
  if (!right && (kind === 'dir' ? !['absent', 'unknown'].includes(was) : was === 'dir'))
    throw refusal(`${place} is ${named(was.replace(/ .*/s, ''))}, not ${named(kind)}`, 'move it away first')
  const attributes = wantedOf(args, now, entry)
  if (kind === 'dir') return right ? [] : [makeDir(place, { ...attributes, parents: false })]
  if (kind === 'link') return right ? [] : [makeLink(place, entry.target ?? '')]
  if (!right) return [sendStep(args, place, entry, attributes, undefined)]
  if (want[keyOf(path)] === undefined) return []
  const value = (word: 'mode' | 'owner' | 'group'): string | null =>
    (now[attributeKey(word, path)] ?? null) as string | null
  return attributeSteps(place, { mode: value('mode'), owner: value('owner'), group: value('group') }, attributes)
}
