import { KplayError } from '../errors.ts'
import type { ArchiveEntry } from '../host/reader.ts'
import { defineModule, type Local } from '../module/define.ts'
import { flag, list, path, text, whole } from '../schema/field.ts'
import { ansibleFields, attributeFields, unsupported } from './_attributes.ts'
import { carried } from './_carried.ts'
import { checksumWord } from './_checksum.ts'
import { probeExtract } from './_extract-state.ts'
import { extractSteps } from './_extract-steps.ts'

const listed = carried<readonly ArchiveEntry[]>()
const NAME = /^[^\0\n]+$/

/** What is in an archive that is only going to be sent by an earlier task; undefined where the controller has it not. */
async function predictedEntries(sha256: string, local: Local): Promise<readonly ArchiveEntry[] | undefined> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined
  return local.archive(`sha256:${sha256}`).catch((error: unknown) => {
    if (error instanceof KplayError && error.code === 'NOT_FOUND') return undefined
    throw error
  })
}

export const extract = defineModule({
  name: 'extract',
  files: true,
  summary: 'Extracts a tar or zip archive: whole or not at all, and not again as long as the tree is whole.',
  notes:
    "tar, also packed with gzip, bzip2, xz or zstd, and zip; told apart by content. The archive is listed, extracted into a hidden folder in the destination, looked at, and then moved in; an archive with entries that would land elsewhere (absolute names, `..`, links that lead out), with devices or set-id files is refused. Users and groups of the archive are never kept.\n\nWhat was extracted is noted in a stamp on the host (kplay's state folder), so that the second run costs one look at the tree: entries that are missing, of another kind or emptied are put back, changed content is left to other tasks. What else is in the destination stays. `folder` of the result is the folder that all of the archive is in, when there is one.",
  args: {
    src: text({
      pattern: /^[^\0\n]+$/,
      help: 'The archive: in `files/` of the role or playbook, with remote_src on the host, or a URL that the host downloads.',
    }),
    dest: path({ help: 'The folder to extract into; it is made when it is missing.' }),
    remote_src: flag({ default: false, help: 'The archive is on the host already.' }),
    strip: whole({ default: 0, help: 'How many folders to leave out at the beginning of each name.' }),
    creates: path({
      optional: true,
      help: 'Nothing is extracted when this is there, unless it is a tree of ours that is damaged.',
    }),
    include: list(text({ help: 'Name.', pattern: NAME }), {
      default: [],
      help: 'Only these files and folders of the archive.',
    }),
    exclude: list(text({ help: 'Name.', pattern: NAME }), {
      default: [],
      aliases: ['excludes'],
      help: 'All but these; patterns with * and ? are understood.',
    }),
    keep_newer: flag({
      default: false,
      help: 'Leave files in the destination that are newer than those of the archive.',
    }),
    verify: flag({ default: false, help: 'Keep digests of all files, and extract again when one has changed.' }),
    outside_links: flag({ default: false, help: 'Allow links that point outside of the tree.' }),
    checksum: text({ optional: true, help: 'For a URL: `algorithm:hex` that the archive must have.' }),
    ...attributeFields,
    extra_opts: list(text({ help: 'Option.', pattern: /^[^\0\n]*$/ }), {
      default: [],
      help: 'Options of tar, as far as they are safe: --strip-components, --exclude, --transform and a few more.',
    }),
    list_files: flag({ default: false, help: 'Register the names of all that was extracted.' }),
    validate_certs: flag({ default: true, help: "For a URL: check the server's certificate." }),
    decrypt: flag({ default: true, help: 'An archive of the controller that a vault encrypts is extracted in clear.' }),
    ...ansibleFields,
  },
  examples: [
    {
      title: 'An archive that is on the host',
      args: {
        src: '/home/programs/kafka_2.11-0.9.0.1.tgz',
        dest: '/home/programs',
        remote_src: true,
        creates: '/home/programs/kafka_2.11-0.9.0.1',
      },
    },
    {
      title: 'From the controller, without its top folder',
      args: { src: 'site.tar.xz', dest: '/srv/www', strip: 1, owner: 'www-data' },
    },
  ],

  rule({ include, exclude, strip, checksum, mode, src }) {
    if (include.length > 0 && exclude.length > 0) return 'give include or exclude, not both'
    if (strip < 0) return 'strip must not be negative'
    if (mode === 'preserve') return 'mode: preserve has no meaning here'
    if (checksum === undefined) return undefined
    if (!/^https?:/i.test(src)) return 'checksum is for a URL'
    const word = checksumWord(checksum)
    return word && 'hex' in word ? undefined : 'checksum must be algorithm:hex'
  },

  probe: (args, reader, local) => probeExtract(args, reader, local),

  async want(args, now, local) {
    const there = now.creates !== 'absent' && now.creates !== 'unknown'
    if (args.creates !== undefined && there && (now.extracted !== now.asked || now.damage === '')) return {}
    const want = { extracted: now.asked, damage: '' }
    const right = now.extracted === now.asked && now.damage === ''
    if (right) return want
    const entries = now.file === null ? await predictedEntries(now.sha256, local) : await local.archive(now.file)
    return entries ? listed.put(want, entries) : want
  },

  apply: (args, now, want) => extractSteps(args, now, listed.get(want)),
  text: ['damage'],

  warnings: (args) => unsupported(args),
  result: ({ src, dest, list_files }, _now, after) => ({
    src,
    dest,
    state: 'directory',
    folder: after.folder,
    ...(list_files && { files: (after.files ?? '').split('\n').filter((line) => line !== '') }),
  }),
})
