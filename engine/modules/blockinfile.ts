import { defineModule } from '../module/define.ts'
import { choice, flag, text } from '../schema/field.ts'
import { unsupported } from './_attributes.ts'
import { editBlock, markersOf } from './_block.ts'
import { asWritten, editFields, editSteps, probeEdited, wantEdited } from './_edited.ts'
import { patternMistake } from './_pattern.ts'

export const blockinfile = defineModule({
  name: 'blockinfile',
  files: true,
  summary: 'Keeps a block of lines in a text file between two marker lines.',
  notes:
    'The markers are those of Ansible, so that a block it made is found. Several blocks in one file need markers of their own. An empty block is the same as state: absent.',
  args: {
    block: text({ default: '', aliases: ['content'], help: 'The lines, without markers.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether the block should be there.' }),
    marker: text({
      default: '# {mark} ANSIBLE MANAGED BLOCK',
      pattern: /^[^\n\0]*$/,
      help: 'The lines around the block; {mark} stands for marker_begin and marker_end.',
    }),
    marker_begin: text({ default: 'BEGIN', pattern: /^[^\n\0]*$/, help: 'What {mark} is in the line above.' }),
    marker_end: text({ default: 'END', pattern: /^[^\n\0]*$/, help: 'What {mark} is in the line below.' }),
    insertafter: text({
      optional: true,
      help: 'Where a new block goes: after the last line this pattern finds, or EOF (the default).',
    }),
    insertbefore: text({
      optional: true,
      help: 'Where a new block goes: before the last line this pattern finds, or BOF for the beginning.',
    }),
    append_newline: flag({ default: false, help: 'Have an empty line after the block.' }),
    prepend_newline: flag({ default: false, help: 'Have an empty line before the block.' }),
    ...editFields,
  },
  examples: [
    {
      title: 'Environment for a user',
      args: {
        path: '/root/.bashrc',
        create: true,
        block: 'export JAVA_HOME=/opt/jdk\nexport PATH=$JAVA_HOME/bin:$PATH',
      },
    },
    { title: 'Remove it again', args: { path: '/root/.bashrc', state: 'absent' } },
  ],

  rule(args) {
    const [begin, end] = markersOf(args)
    if (begin === end)
      return 'the marker lines must differ: marker needs {mark}, marker_begin and marker_end must not be the same'
    if (args.insertafter !== undefined && args.insertbefore !== undefined)
      return 'give insertafter or insertbefore, not both'
    if (args.block.includes('\0')) return 'block must not hold a NUL byte'
    if (args.block.split('\n').some((line) => line === begin || line === end))
      return 'block holds one of its own marker lines'
    for (const key of ['insertafter', 'insertbefore'] as const) {
      const mistake = patternMistake(args[key])
      if (mistake !== undefined) return `${key} is no regular expression: ${mistake}`
    }
    return undefined
  },

  probe: (args, reader) => probeEdited(args, reader),
  want(args, now) {
    const texts = Object.fromEntries(
      (['block', 'marker', 'marker_begin', 'marker_end'] as const).map((key) => [key, asWritten(args[key], now)]),
    )
    const gone = args.state === 'absent' || args.block === ''
    return wantEdited(args, now, editBlock(now.content ?? '', { ...args, ...texts }), gone)
  },
  apply: (args, now, want) => editSteps(args, now, want),
  text: ['content'],

  warnings: (args) => unsupported(args),
  result: ({ path }, now, after, ran) => ({
    path,
    msg: now.content === after.content ? '' : 'block changed',
    backup_file: ran.map(({ backup }) => backup).find((one) => one !== undefined),
  }),
})
