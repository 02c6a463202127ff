import { sh } from '../host/shell.ts'
import { defineModule } from '../module/define.ts'
import { choice, flag, text } from '../schema/field.ts'
import { refusal } from './_refuse.ts'

const FILE = '/var/cache/debconf/config.dat'
const PASSWORDS = '/var/cache/debconf/passwords.dat'

export const debconf = defineModule({
  name: 'debconf',
  summary: 'Answers a question of a Debian package before it is asked.',
  notes:
    'Set the answer before the package is installed; of one that is there, `dpkg-reconfigure` makes use of it. The answers are read from debconf’s own files.',
  args: {
    name: text({ aliases: ['pkg'], pattern: /^[a-z0-9][a-z0-9+.:-]*$/, help: 'The package.' }),
    question: text({ optional: true, aliases: ['selection', 'setting'], pattern: /^[^\s\0]+$/, help: 'The question.' }),
    vtype: choice(
      ['boolean', 'error', 'multiselect', 'note', 'password', 'seen', 'select', 'string', 'text', 'title'],
      { optional: true, help: 'The kind of answer.' },
    ),
    value: text({ optional: true, aliases: ['answer'], pattern: /^[^\n\0]*$/, secret: true, help: 'The answer.' }),
    unseen: flag({ default: false, help: 'Let the question be asked all the same.' }),
  },
  examples: [
    {
      title: 'A language',
      args: { name: 'locales', question: 'locales/default_environment_locale', vtype: 'select', value: 'en_US.UTF-8' },
    },
  ],

  rule: ({ question, vtype, value }) =>
    question !== undefined && (vtype === undefined || value === undefined)
      ? 'question needs vtype and value'
      : undefined,
  masked: ['value'],

  async probe({ question, vtype }, reader) {
    const [tool, text] = await Promise.all([
      reader.tool('debconf-set-selections'),
      reader.readText(vtype === 'password' ? PASSWORDS : FILE),
    ])
    const block = text?.split('\n\n').find((one) => new RegExp(`^Name: (.*)$`, 'm').exec(one)?.[1] === question)
    const field = (key: string): string | null =>
      block === undefined ? null : (new RegExp(`^${key}: ?(.*)$`, 'm').exec(block)?.[1] ?? null)
    return {
      tool: tool !== undefined,
      text: text ?? null,
      answer: vtype === 'seen' ? String((field('Flags') ?? '').split(/,\s*/).includes('seen')) : field('Value'),
    }
  },

  want({ question, value, vtype }) {
    if (question === undefined || value === undefined) return {}
    return { answer: vtype === 'boolean' || vtype === 'seen' ? value.toLowerCase() : value }
  },

  apply({ name, question, vtype, value, unseen }, now, want) {
    if (!now.tool) throw refusal('the host has no debconf', 'this is for Debian and its kin')
    const line = [name, question, vtype, want.answer ?? value].join(' ')
    return [
      {
        kind: 'run',
        label: `answer ${question} of ${name}`,
        command: sh`debconf-set-selections ${unseen ? ['-u'] : []}`,
        stdin: `${line}\n`,
        effects: [
          {
            effect: 'file',
            path: vtype === 'password' ? PASSWORDS : FILE,
            content: withAnswer(now.text ?? '', question ?? '', want.answer ?? '', vtype === 'seen'),
          },
        ],
        secrets: value === undefined ? [] : [value],
      },
    ]
  },

  result: ({ question }, now, after) => ({
    current: question === undefined ? {} : { [question]: after.answer },
    previous: question === undefined ? {} : { [question]: now.answer },
  }),
})

/** debconf's file as its tool would leave it, as far as the answer goes. */
function withAnswer(text: string, question: string, answer: string, seen: boolean): string {
  const key = seen ? 'Flags' : 'Value'
  const value = seen ? (answer === 'true' ? 'seen' : '') : answer
  const blocks = text.split('\n\n').filter((block) => block.trim() !== '')
  const isIt = (block: string): boolean => /^Name: (.*)$/m.exec(block)?.[1] === question
  const known = blocks.find(isIt)
  const rest = (known ?? `Name: ${question}`).split('\n').filter((line) => !line.startsWith(`${key}:`) && line !== '')
  return `${[...blocks.filter((block) => !isIt(block)), [...rest, `${key}: ${value}`].join('\n')].join('\n\n')}\n\n`
}
