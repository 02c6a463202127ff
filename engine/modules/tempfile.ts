import { sh } from '../host/shell.ts'
import { defineModule } from '../module/define.ts'
import { choice, path, text } from '../schema/field.ts'
import { join } from './_path.ts'
import { refusal } from './_refuse.ts'

const ONE_NAME = /^[^\0/\n]*$/
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_'
const random = (): string =>
  Array.from({ length: 8 }, () => LETTERS.charAt(Math.floor(Math.random() * LETTERS.length))).join('')

export const tempfile = defineModule({
  name: 'tempfile',
  summary: 'Makes a file or a folder of a name that nobody else has, for the user in use alone.',
  notes:
    'Its path is under `path` of the result. Every run makes another one, and nobody removes it: do so with `file: state=absent`. In check mode the path is that of a file that a real run would have made, so that later tasks can be foreseen.',
  always: 'it makes another one each time',
  args: {
    state: choice(['file', 'directory'], { default: 'file', help: 'What is made.' }),
    path: path({ default: '/tmp', help: 'The folder in which it is made.' }),
    prefix: text({ default: 'ansible.', pattern: ONE_NAME, help: 'How the name begins.' }),
    suffix: text({ default: '', pattern: ONE_NAME, help: 'How the name ends.' }),
  },
  examples: [
    { title: 'A folder to unpack something in', args: { state: 'directory', suffix: '.build' } },
    { title: 'A file', args: { prefix: 'dump-', path: '/var/tmp' } },
  ],

  async probe({ path }, reader) {
    return { made: null as string | null, folder: (await reader.stat(path))?.kind ?? 'absent' }
  },
  want: ({ path, prefix, suffix }) => ({ made: join(path, `${prefix}${random()}${suffix}`) }),
  apply({ path, state }, { folder }, want) {
    if (folder !== 'dir' && folder !== 'unknown') throw refusal(`there is no folder ${path}`, 'make it first')
    const made = want.made ?? ''
    if (state === 'directory')
      return [
        {
          kind: 'run',
          label: `make the folder ${made}`,
          command: sh`mkdir -m 0700 -- ${made}`,
          effects: [{ effect: 'dir', path: made, mode: '0700' }],
        },
      ]
    return [
      {
        kind: 'run',
        label: `make the file ${made}`,
        // Fails where something has that name.
        command: sh`(umask 077; set -C; : >${made})`,
        effects: [{ effect: 'file', path: made, content: '', mode: '0600' }],
      },
    ]
  },
  result: ({ state }, _, { made }) => ({
    path: made ?? '',
    state,
    mode: state === 'directory' ? '0700' : '0600',
    ...(state === 'file' && { size: 0 }),
  }),
})
