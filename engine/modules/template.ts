import { defineModule } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { ansibleFields, attributeFields, attributesWanted, unsupported } from './_attributes.ts'
import { encodingNamed, UTF_8, type Encoding } from './_encoding.ts'
import { basename } from './_path.ts'
import { placeSteps, probePlaced } from './_placed.ts'
import { summed, sumsOf } from './_sums.ts'

const NEWLINES = { '\n': '\n', '\r': '\r', '\r\n': '\r\n', '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n' } as const

const encodingOf = ({ output_encoding }: { readonly output_encoding: string }): Encoding =>
  encodingNamed(output_encoding) ?? UTF_8

export const template = defineModule({
  name: 'template',
  files: true,
  summary: 'Renders a Jinja template with the variables of the host and puts the text in place.',
  notes:
    'The template is looked for as Ansible does: in `templates/` of the role, of the playbook, then beside the playbook. A first line such as `#jinja2: trim_blocks: False` overrides the arguments.',
  args: {
    src: text({ pattern: /^[^\0]+$/, help: 'The template on the controller.' }),
    dest: path({
      help: "Where the text goes; into a folder, under the template's name, when it is one or ends with a slash.",
    }),
    ...attributeFields,
    backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
    force: flag({ default: true, help: 'Replace what is there. When false, only a missing file is made.' }),
    follow: flag({ default: false, help: 'Write to the file behind a link instead of replacing the link.' }),
    validate: text({
      optional: true,
      help: 'A command that judges the text before it is put in place; %s is the file with it.',
    }),
    newline_sequence: choice(Object.keys(NEWLINES) as (keyof typeof NEWLINES)[], {
      default: '\n',
      help: 'What ends a line.',
    }),
    trim_blocks: flag({ default: true, help: 'Leave out the line end after a block.' }),
    lstrip_blocks: flag({ default: false, help: 'Leave out white space before a block at the beginning of a line.' }),
    block_start_string: text({ optional: true, help: 'Begins a block; {% when absent.' }),
    block_end_string: text({ optional: true, help: 'Ends a block; %} when absent.' }),
    variable_start_string: text({ optional: true, help: 'Begins a variable; {{ when absent.' }),
    variable_end_string: text({ optional: true, help: 'Ends a variable; }} when absent.' }),
    comment_start_string: text({ optional: true, help: 'Begins a comment; {# when absent.' }),
    comment_end_string: text({ optional: true, help: 'Ends a comment; #} when absent.' }),
    output_encoding: text({
      default: 'utf-8',
      help: 'What is written: UTF-8, UTF-16, or an encoding of one byte for each character, such as `windows-1252`.',
    }),
    ...ansibleFields,
  },
  examples: [
    {
      title: 'A configuration',
      args: { src: 'zoo.cfg.j2', dest: '/etc/zookeeper/zoo.cfg', owner: 'zookeeper', mode: '0640' },
    },
    {
      title: 'Judged before it counts',
      args: { src: 'sudoers.j2', dest: '/etc/sudoers.d/kafka', validate: 'visudo -cf %s' },
    },
  ],

  rule: ({ output_encoding }) =>
    encodingNamed(output_encoding) ? undefined : `output_encoding: nothing can be written in ${output_encoding}`,

  async probe(args, reader, local) {
    const { encode, decode } = encodingOf(args)
    const placed = await probePlaced(args, basename(args.src), reader, { decode })
    const { content } = placed
    return { ...placed, ...(await sumsOf(content === null ? undefined : { text: encode(content) }, local)) }
  },

  async want(args, now, local) {
    if (!args.force && now.kind !== 'absent') return {}
    const source = await local.find('templates', args.src)
    const content = await local.render(source, {
      trimBlocks: args.trim_blocks,
      lstripBlocks: args.lstrip_blocks,
      newlineSequence: NEWLINES[args.newline_sequence],
      markers: {
        blockStart: args.block_start_string,
        blockEnd: args.block_end_string,
        variableStart: args.variable_start_string,
        variableEnd: args.variable_end_string,
        commentStart: args.comment_start_string,
        commentEnd: args.comment_end_string,
      },
      names: { template_destpath: args.dest },
    })
    const mode = args.mode === 'preserve' ? await local.mode(source) : args.mode
    return { kind: 'file', content, ...attributesWanted({ ...args, mode }, now.kind === 'file' ? now.mode : undefined) }
  },

  apply: (args, now, want) =>
    placeSteps(now, {
      content: encodingOf(args).encode(want.content ?? ''),
      same: now.content === want.content,
      make: args.dest.endsWith('/'),
      backup: args.backup,
      validate: args.validate,
      mode: want.mode ?? undefined,
      owner: want.owner ?? undefined,
      group: want.group ?? undefined,
    }),
  text: ['content'],

  warnings: (args) => unsupported(args),
  result: ({ src }, _now, after, ran) => ({
    src,
    dest: after.place,
    ...summed(after, ran),
    state: 'file',
    ...{ mode: after.mode, owner: after.owner, group: after.group, uid: after.uid, gid: after.gid, size: after.size },
    backup_file: ran.map(({ backup }) => backup).find((one) => one !== undefined),
  }),
})
