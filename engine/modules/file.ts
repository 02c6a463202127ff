import { defineModule } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { ansibleFields, attributeFields, attributesWanted, unsupported } from './_attributes.ts'
import { isStamp, meantState, probeFile, STATES, type FileNow } from './_file-state.ts'
import { fileSteps } from './_file-steps.ts'
import { hostPath } from './_path-field.ts'
import { touchStamp } from './_times.ts'

const FORMAT = '%Y%m%d%H%M.%S'

export const file = defineModule({
  name: 'file',
  files: true,
  summary: 'Makes folders, links and empty files, removes paths, and sets owner, group and mode.',
  notes:
    'A link is switched atomically. `recurse` never follows links and does not mind files that vanish meanwhile. `state: absent` removes a folder with all that is in it, but neither the root folder nor a tree in which something is mounted.',
  args: {
    path: path({ aliases: ['dest', 'name'], help: 'What is to be managed.' }),
    state: choice(STATES, {
      optional: true,
      help: 'What it should be. `file` only changes what is there. Without it: what is there already, else `directory` with recurse, else `file`.',
    }),
    src: hostPath({
      optional: true,
      pattern: /^[^\0]+$/,
      help: 'What a link points to, relative to the folder of the link, or the file that a hard link gives a second name.',
    }),
    ...attributeFields,
    recurse: flag({ default: false, help: 'Set owner, group and mode of everything below a folder too.' }),
    follow: flag({ default: true, help: 'Set owner, group and mode of what a link points to instead of the link.' }),
    force: flag({
      default: false,
      help: 'Make a link although what it points to is not there, or in place of a file or an empty folder.',
    }),
    access_time: text({ optional: true, help: 'When it was last read: `now`, `preserve` or a time. Now for touch.' }),
    access_time_format: text({ default: FORMAT, help: 'How access_time is written, in words of strftime.' }),
    modification_time: text({
      optional: true,
      help: 'When it was last written: `now`, `preserve` or a time. Now for touch.',
    }),
    modification_time_format: text({
      default: FORMAT,
      help: 'How modification_time is written, in words of strftime.',
    }),
    ...ansibleFields,
  },
  examples: [
    { title: 'A folder', args: { path: '/data/kafka-logs', state: 'directory', owner: 'kafka', mode: '0750' } },
    { title: 'A link', args: { path: '/opt/kafka', src: '/opt/kafka_2.13-3.7.0', state: 'link' } },
    {
      title: 'Readable by all, folders passable',
      args: { path: '/srv/www', state: 'directory', recurse: true, mode: 'a+rX' },
    },
    { title: 'Remove a tree', args: { path: '/opt/old', state: 'absent' } },
  ],

  rule(args) {
    const { state, src, recurse } = args
    if (src !== undefined && state !== 'link' && state !== 'hard')
      return 'src goes with state: link or state: hard only'
    if (state === 'hard' && src === undefined) return 'src is required for state: hard'
    if (recurse && state !== undefined && state !== 'directory') return 'recurse goes with state: directory only'
    if (args.mode === 'preserve') return 'mode: preserve has no meaning here'
    for (const key of ['access_time', 'modification_time'] as const) {
      const time = args[key]
      if (isStamp(time) && touchStamp(time, args[`${key}_format`]) === undefined)
        return `${key} does not fit its format ${args[`${key}_format`]}`
    }
    return undefined
  },

  probe: (args, reader) => probeFile(args, reader),

  want(args, now) {
    const state = meantState(args, now.kind)
    const isDir = state === 'directory' || now.kind === 'dir'
    const wanted = attributesWanted(args, now.mode, isDir)
    const times = {
      accessed: isStamp(args.access_time) ? touchStamp(args.access_time, args.access_time_format) : undefined,
      modified: isStamp(args.modification_time)
        ? touchStamp(args.modification_time, args.modification_time_format)
        : undefined,
    }
    if (state === 'absent') return { kind: 'absent' }
    if (state === 'directory') return { kind: 'dir', ...wanted, ...(args.recurse && { below: '' }), ...times }
    if (state === 'hard') return { kind: now.same ? now.kind : now.source, same: true, ...wanted }
    if (state === 'link') {
      const reached = args.follow ? now.source !== 'absent' : true
      const kept = args.follow ? wanted : { owner: args.owner, group: args.group }
      return { kind: 'link', target: args.src ?? now.target ?? undefined, ...(reached && kept) }
    }
    // Only what is not followed, or leads nowhere, is seen as a link.
    const itself = state === 'touch' && now.kind === 'link' && !args.follow
    const touched = state === 'touch' && !['absent', 'unknown', 'link'].includes(now.kind)
    const kept = itself || touched || OTHER_FILES.has(now.kind)
    return { kind: kept ? now.kind : 'file', ...wanted, ...(itself && { mode: undefined }), ...times }
  },

  /** Touching is a change in itself, unless both times are to be kept. */
  must({ state, access_time, modification_time }, now) {
    const untouched = (time: string | undefined): boolean => time === 'preserve' || isStamp(time)
    return state === 'touch' && now.kind !== 'absent' && !(untouched(access_time) && untouched(modification_time))
  },

  apply(args, now, want) {
    const stamps = {
      access_time: isStamp(args.access_time) ? touchStamp(args.access_time, args.access_time_format) : args.access_time,
      modification_time: isStamp(args.modification_time)
        ? touchStamp(args.modification_time, args.modification_time_format)
        : args.modification_time,
    }
    return fileSteps(meantState(args, now.kind), { ...args, ...stamps }, now, {
      mode: want.mode ?? undefined,
      owner: want.owner ?? undefined,
      group: want.group ?? undefined,
      target: want.target,
    })
  },

  warnings(args, now) {
    const lost = meantState(args, now.kind) === 'link' && args.follow && now.source === 'absent'
    const attributes = args.mode ?? args.owner ?? args.group
    return [
      ...unsupported(args),
      ...(lost && attributes !== undefined
        ? [
            `${args.path} points to nothing yet: owner, group and mode cannot be set (follow: false sets the link's own)`,
          ]
        : []),
    ]
  },
  text: ['below'],

  result({ path, src }, _now, after: FileNow) {
    const { kind, mode, owner, group, uid, gid, size } = after
    if (kind === 'absent') return { path, state: 'absent' }
    const state = kind === 'dir' ? 'directory' : kind === 'link' ? 'link' : after.same ? 'hard' : 'file'
    return { path, dest: path, ...(src !== undefined && { src }), state, mode, owner, group, uid, gid, size }
  },
})

/** Kinds that `state: file` takes as they are: devices, sockets; one that a dry run cannot know. */
const OTHER_FILES = new Set(['fifo', 'socket', 'char', 'block', 'unknown'])
