import { defineModule } from '../module/define.ts'
import { choice, flag, text } from '../schema/field.ts'
import { unsupported } from './_attributes.ts'
import { asWritten, editFields, editSteps, probeEdited, wantEdited } from './_edited.ts'
import { editLines } from './_lines.ts'
import { patternMistake } from './_pattern.ts'

const ONE_LINE = /^[^\n\0]*$/

export const lineinfile = defineModule({
  name: 'lineinfile',
  files: true,
  summary: 'Makes sure that a text file has a line, or has not.',
  notes:
    'Without `regexp` and `search_string` the line itself is looked for. A match is replaced (the last one, or the first with `firstmatch`); without a match the line is inserted. Patterns are regular expressions as Python reads them, looked for in each line.',
  args: {
    line: text({ optional: true, aliases: ['value'], help: 'The line. Required unless state is absent.' }),
    regexp: text({ optional: true, aliases: ['regex'], help: 'Finds the line to replace, or all lines to remove.' }),
    search_string: text({ optional: true, help: 'The same as plain text anywhere in the line.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether the line should be there.' }),
    insertafter: text({
      optional: true,
      pattern: ONE_LINE,
      help: 'Where a new line goes: after the last line this pattern finds, or EOF (the default) or BOF.',
    }),
    insertbefore: text({
      optional: true,
      pattern: ONE_LINE,
      help: 'Where a new line goes: before the last line this pattern finds, or BOF for the beginning.',
    }),
    backrefs: flag({
      default: false,
      help: 'Let \\1, \\g<name> in the line stand for groups of regexp; without a match nothing is done.',
    }),
    firstmatch: flag({ default: false, help: 'Take the first line that is found instead of the last.' }),
    ...editFields,
  },
  examples: [
    { title: 'Set a value', args: { path: '/etc/ssh/sshd_config', regexp: '^#?UseDNS ', line: 'UseDNS no' } },
    { title: 'Remove lines', args: { path: '/etc/hosts', regexp: String.raw`^127\.0\.1\.1\s`, state: 'absent' } },
  ],

  rule({ state, line, regexp, search_string, insertafter, insertbefore, backrefs }) {
    if (regexp !== undefined && search_string !== undefined) return 'give regexp or search_string, not both'
    if (insertafter !== undefined && insertbefore !== undefined) return 'give insertafter or insertbefore, not both'
    if (backrefs && regexp === undefined) return 'backrefs needs regexp'
    if (state === 'present' && line === undefined) return 'line is required unless state is absent'
    if (line === undefined && regexp === undefined && search_string === undefined)
      return 'say which lines should go: line, regexp or search_string'
    if (/[\0]/.test(line ?? '')) return 'line must not hold a NUL byte'
    for (const [key, source] of Object.entries({ regexp, insertafter, insertbefore })) {
      const mistake = patternMistake(source)
      if (mistake !== undefined) return `${key} is no regular expression: ${mistake}`
    }
    return undefined
  },

  probe: (args, reader) => probeEdited(args, reader),
  want(args, now) {
    const written = (part: string | undefined): string | undefined => part && asWritten(part, now)
    const parts = { line: written(args.line), regexp: written(args.regexp), search_string: written(args.search_string) }
    const places = { insertafter: written(args.insertafter), insertbefore: written(args.insertbefore) }
    return wantEdited(
      args,
      now,
      editLines(now.content ?? '', { ...args, ...parts, ...places }),
      args.state === 'absent',
    )
  },
  apply: (args, now, want) => editSteps(args, now, want),
  text: ['content'],

  warnings: (args) => [
    ...unsupported(args),
    ...(args.regexp === '' ? ['regexp is empty, so it finds every line'] : []),
  ],
  result: ({ path }, now, after, ran) => ({
    path,
    msg: now.content === after.content ? '' : 'line changed',
    backup: ran.map(({ backup }) => backup).find((one) => one !== undefined) ?? '',
  }),
})
