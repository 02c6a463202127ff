import { defineModule } from '../module/define.ts'
import { text } from '../schema/field.ts'
import { unsupported } from './_attributes.ts'
import { asWritten, editFields, editSteps, probeEdited, wantEdited } from './_edited.ts'
import { patternMistake } from './_pattern.ts'
import { replaced } from './_replaced.ts'

const { create: _, ...fields } = editFields

export const replace = defineModule({
  name: 'replace',
  files: true,
  summary: 'Replaces all that a pattern matches in a text file.',
  notes:
    'The pattern is a regular expression as Python reads it, with `^` and `$` at every line. What it is replaced with may name groups (`\\1`, `\\g<name>`). `before` and `after` are patterns too, in which a dot matches line ends: only what lies between is looked at. A replacement that the pattern matches again is replaced in every run.',
  args: {
    regexp: text({ help: 'What is looked for.' }),
    replace: text({ default: '', help: 'What takes its place; by default nothing.' }),
    after: text({ optional: true, help: 'Only what follows a match of this pattern is looked at.' }),
    before: text({ optional: true, help: 'Only what comes before a match of this pattern is looked at.' }),
    encoding: text({
      default: 'utf-8',
      pattern: /^(utf-?8|(us-)?ascii|latin-?1|iso-?8859-1)$/i,
      help: 'Taken from Ansible; a file that is no UTF-8 is edited byte by byte in any case.',
    }),
    ...fields,
  },
  examples: [
    {
      title: 'Rename a host everywhere',
      args: {
        path: '/etc/hosts',
        regexp: String.raw`(\s+)old\.host\.name(\s+.*)?$`,
        replace: String.raw`\1new.host\2`,
      },
    },
    {
      title: 'In one section only',
      args: {
        path: '/etc/my.cnf',
        after: String.raw`^\[mysqld\]`,
        before: String.raw`^\[`,
        regexp: '^(port)',
        replace: String.raw`# \1`,
      },
    },
  ],

  rule({ regexp, after, before }) {
    for (const [key, source] of Object.entries({ regexp, after, before })) {
      const mistake = patternMistake(source)
      if (mistake !== undefined) return `${key} is no regular expression: ${mistake}`
    }
    return undefined
  },

  probe: (args, reader) => probeEdited({ ...args, create: false }, reader),
  want(args, now) {
    const written = <T extends string | undefined>(part: T): T => (part && asWritten(part, now)) as T
    const parts = {
      regexp: written(args.regexp),
      replace: written(args.replace),
      after: written(args.after),
      before: written(args.before),
    }
    const { content } = replaced(now.content ?? '', parts)
    return wantEdited({ ...args, create: false }, now, content, false)
  },
  apply: (args, now, want) => editSteps({ ...args, create: false }, now, want),
  text: ['content'],

  warnings: (args) => [...unsupported(args)],
  result(args, now, _after, ran) {
    const { count, unmatched, content } = replaced(now.content ?? '', args)
    const msg =
      unmatched === undefined
        ? content === now.content || count === 0
          ? ''
          : `${count} replacements made`
        : `Pattern for before/after params did not match the given file: ${unmatched}`
    const backup_file = ran.map(({ backup }) => backup).find((one) => one !== undefined)
    return { path: args.path, rc: 0, msg, ...(backup_file !== undefined && { backup_file }) }
  },
})
