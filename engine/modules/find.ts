import type { Entry, Reader } from '../host/reader.ts'
import { defineRead, type ReadAnswer } from '../module/define.ts'
import { choice, flag, list, mode, path, text, whole } from '../schema/field.ts'
import type { Plain } from '../value.ts'
import { kinds, permissions } from './_access.ts'
import { hostTime } from './_clock.ts'
import { ageOf, filterOf, sizeOf } from './_find-filter.ts'
import { walk } from './_find-walk.ts'
import { pattern, patternMistake } from './_pattern.ts'
import { withoutSlash } from './_path.ts'

const ALGORITHMS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const
/** A file in which something is looked for is read whole. */
const LARGEST = 64 * 1024 * 1024

export const find = defineRead({
  name: 'find',
  files: true,
  summary: 'Lists files of the host by name, kind, age, size, mode or content, under `files` of the result.',
  notes:
    'Each of `files` has the keys of `stat`. Of several folders those that are not there, or that nobody lets us look into, are told in `skipped_paths`. `contains` reads every file that is left over to the controller: use it on few and small ones.',
  args: {
    paths: list(path({ help: 'A folder.' }), { aliases: ['name', 'path'], help: 'Where to look.' }),
    patterns: list(text({ help: 'A pattern.' }), {
      default: [],
      aliases: ['pattern'],
      help: 'Patterns of a shell, or with `use_regex` of Python, one of which the name of the file must match.',
    }),
    excludes: list(text({ help: 'A pattern.' }), {
      default: [],
      aliases: ['exclude'],
      help: 'Patterns of the same kind, none of which it may match.',
    }),
    use_regex: flag({ default: false, help: 'The patterns are regular expressions, which match from the beginning.' }),
    contains: text({ optional: true, help: 'Pattern that a line of the file must match from its beginning.' }),
    read_whole_file: flag({ default: false, help: 'Look for `contains` anywhere in the whole text.' }),
    encoding: text({ optional: true, pattern: /^utf-?8$/i, help: 'Only UTF-8 is read.' }),
    file_type: choice(['any', 'directory', 'file', 'link'], { default: 'file', help: 'What is looked for.' }),
    recurse: flag({ default: false, help: 'Look into folders below, too.' }),
    depth: whole({ optional: true, help: 'With `recurse`: how many levels down.' }),
    hidden: flag({ default: false, help: 'Find names that begin with a dot, too.' }),
    follow: flag({ default: false, help: 'Look into folders behind links, too.' }),
    age: text({
      optional: true,
      help: 'At least so old: seconds, or a number with s, m, h, d or w; negative: at most so old.',
    }),
    age_stamp: choice(['atime', 'ctime', 'mtime'], { default: 'mtime', help: 'The time that its age counts from.' }),
    size: text({
      optional: true,
      help: 'At least so large: bytes, or a number with b, k, m, g or t; negative: at most so large.',
    }),
    mode: mode({ optional: true, help: 'Permissions that it must have.' }),
    exact_mode: flag({ default: true, help: 'Just these permissions; otherwise any one of them.' }),
    get_checksum: flag({ default: false, help: 'Read the digest of each file.' }),
    checksum_algorithm: choice(ALGORITHMS, {
      default: 'sha1',
      aliases: ['checksum', 'checksum_algo'],
      help: 'Which digest.',
    }),
    limit: whole({ optional: true, help: 'Stop after so many.' }),
  },
  examples: [
    { title: 'Old logs', args: { paths: ['/var/log/kafka'], patterns: ['*.log.*'], age: '2d', recurse: true } },
    { title: 'Large files', args: { paths: ['/tmp'], size: '10m', hidden: true } },
    { title: 'Folders but some', args: { paths: ['/var/log'], file_type: 'directory', excludes: ['nginx', 'mysql'] } },
  ],

  rule({ age, size, limit, depth, use_regex, patterns, excludes, contains, mode }) {
    if (age !== undefined && ageOf(age) === undefined) return `age: "${age}" is no number with s, m, h, d or w`
    if (size !== undefined && sizeOf(size) === undefined) return `size: "${size}" is no number with b, k, m, g or t`
    if (limit !== undefined && limit < 1) return 'limit must be at least 1'
    if (depth !== undefined && depth < 0) return 'depth must not be negative'
    if (mode === 'preserve') return 'mode: preserve has no meaning here'
    for (const source of [
      ...(use_regex ? [...patterns, ...excludes] : []),
      ...(contains === undefined ? [] : [contains]),
    ]) {
      const mistake = patternMistake(source)
      if (mistake !== undefined) return `"${source}" is no regular expression: ${mistake}`
    }
    return undefined
  },

  async read(args, reader): Promise<ReadAnswer> {
    const now = args.age === undefined ? 0 : await hostTime(reader)
    const fits = filterOf(args, now)
    const files: Plain[] = []
    const skipped: Record<string, string> = {}
    let examined = 0
    for (const given of args.paths) {
      const top = withoutSlash(given)
      if ((await reader.stat(top))?.kind !== 'dir') {
        skipped[given] = `'${given}' is not a directory`
        continue
      }
      const skip = (path: string, why: string): void => void (skipped[path] = why)
      for await (const { path, name, entry } of walk(top, args, reader, skip)) {
        examined += 1
        if (!fits(name, entry) || !(await holds(args, path, entry, reader, skip))) continue
        files.push({ path, ...(await told(args, path, entry, reader)) })
        if (files.length === args.limit) break
      }
      if (files.length === args.limit) break
    }
    const whole = Object.keys(skipped).length === 0
    const msg = !whole
      ? 'Not all paths examined, check warnings for details'
      : files.length === args.limit
        ? 'Limit of matches reached'
        : 'All paths examined'
    return { values: { files, matched: files.length, examined, msg, skipped_paths: skipped } }
  },
})

interface Content {
  readonly contains: string | undefined
  readonly read_whole_file: boolean
  readonly file_type: string
}

/** Whether what is looked for stands in the file; one that cannot be read does not hold it. */
async function holds(
  { contains, read_whole_file, file_type }: Content,
  path: string,
  entry: Entry,
  reader: Reader,
  skip: (path: string, why: string) => void,
): Promise<boolean> {
  if (contains === undefined || file_type !== 'file') return true
  if (entry.size > LARGEST) {
    skip(path, `it has ${entry.size} bytes, too many to look for something in it`)
    return false
  }
  const content = await reader.readText(path, LARGEST)
  if (content === undefined) return false
  if (read_whole_file) return pattern(contains).test(content)
  const line = pattern(contains, 'y')
  return (content.match(/[^\n]*\n|[^\n]+$/g) ?? []).some((each) => {
    line.lastIndex = 0
    return line.test(each)
  })
}

interface Checksum {
  readonly get_checksum: boolean
  readonly checksum_algorithm: (typeof ALGORITHMS)[number]
}

async function told(
  { get_checksum, checksum_algorithm }: Checksum,
  path: string,
  entry: Entry,
  reader: Reader,
): Promise<Record<string, Plain>> {
  const checksum = get_checksum && entry.kind === 'file' ? await reader.digest(path, checksum_algorithm) : undefined
  return {
    ...kinds(entry),
    ...permissions(entry),
    uid: entry.uid,
    gid: entry.gid,
    pw_name: entry.owner,
    gr_name: entry.group,
    size: entry.size,
    inode: entry.inode,
    dev: entry.device,
    nlink: entry.links,
    atime: entry.atime,
    mtime: entry.mtime,
    ctime: entry.ctime,
    ...(checksum !== undefined && { checksum }),
  }
}
