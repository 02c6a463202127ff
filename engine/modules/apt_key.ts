import { removePath } from '../host/actions.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type Local, type State, type Wanted } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { carried } from './_carried.ts'
import { nameIn } from './_download-state.ts'
import { basename } from './_path.ts'
import { refusal } from './_refuse.ts'

const FOLDER = '/etc/apt/trusted.gpg.d'
const bytesOf = carried<Buffer>()

export const aptKey = defineModule({
  name: 'apt_key',
  summary: 'Lets apt trust a key, as a file of its own among its trusted keys.',
  notes:
    'The key becomes a file in /etc/apt/trusted.gpg.d: `.asc` for a key in letters, `.gpg` for a binary one, named after `id`, else after the URL or file. What the key is, is not looked into, so `id` only names it; key servers are not asked. Better is a key that counts for one source alone: put it into /etc/apt/keyrings with `copy` or `download`, and name it by `signed-by` in `apt_repository`.',
  args: {
    url: text({ optional: true, pattern: /^https?:\/\/\S+$/, help: 'Where the controller gets the key.' }),
    data: text({ optional: true, help: 'The key itself, in letters.' }),
    file: path({ optional: true, help: 'A file of the host with the key.' }),
    id: text({
      optional: true,
      pattern: /^(0x)?[0-9A-Fa-f]{8,40}$/,
      help: 'Its id or fingerprint: the name of the file.',
    }),
    keyring: path({ optional: true, help: 'Another file for the key.' }),
    keyserver: text({ optional: true, help: 'Not supported.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it is trusted.' }),
    validate_certs: flag({ default: true, help: 'Taken from Ansible; certificates are always checked.' }),
  },
  examples: [
    {
      title: 'From a URL',
      args: { url: 'https://download.docker.com/linux/debian/gpg', id: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88' },
    },
  ],

  rule({ url, data, file, id, keyring, keyserver, state }) {
    if (keyserver !== undefined) return 'keyserver is not supported: give url, file or data'
    const sources = [url, data, file].filter((one) => one !== undefined).length
    if (state === 'present' && sources !== 1) return 'give one of url, data and file'
    if (state === 'absent' && id === undefined && keyring === undefined && url === undefined && file === undefined)
      return 'say which: id, or keyring'
    if (data !== undefined && id === undefined && keyring === undefined)
      return 'data needs id, or keyring, to name the file by'
    return data === undefined || isArmored(Buffer.from(data))
      ? undefined
      : 'data is no key in letters (-----BEGIN PGP …)'
  },

  async probe(args, reader): Promise<State> {
    const given = args.file === undefined ? undefined : await reader.readBytes(args.file)
    const all =
      args.keyring === undefined ? [`${FOLDER}/${stem(args)}.asc`, `${FOLDER}/${stem(args)}.gpg`] : [args.keyring]
    const found = await Promise.all(all.map((place) => reader.readBytes(place)))
    const folder = await reader.stat(FOLDER)
    return {
      folder: folder?.kind ?? 'absent',
      given: given?.toString('latin1') ?? null,
      ...Object.fromEntries(all.map((place, at) => [place, found[at]?.toString('latin1') ?? null])),
    }
  },

  async want(args, now, local): Promise<Wanted> {
    const places = Object.keys(now).filter((key) => key.startsWith('/'))
    if (args.state === 'absent') return Object.fromEntries(places.map((place) => [place, null]))
    const key = args.url === undefined ? keyIn(args.data, now['given']) : await fetched(args.url, local)
    if (key === undefined) return { given: 'a key' }
    const wanted = args.keyring ?? `${FOLDER}/${stem(args)}.${isArmored(key) ? 'asc' : 'gpg'}`
    return bytesOf.put({ [wanted]: key.toString('latin1') }, key)
  },

  apply(args, now, want): Step[] {
    if (want['given'] !== undefined) throw refusal(`there is no file ${args.file}`)
    if (args.keyring === undefined && now['folder'] === 'absent')
      throw refusal(`${FOLDER} is not there`, 'is it a host with apt?')
    const key = bytesOf.get(want)
    return Object.entries(want)
      .filter(([place, text]) => text !== now[place])
      .map(([place, text]): Step =>
        text === null
          ? removePath(place)
          : { kind: 'write', path: place, content: key ?? Buffer.alloc(0), mode: '0644' },
      )
  },
  masked: ['data'],

  result: ({ id, state }) => ({ state, ...(id !== undefined && { id, key_id: id }) }),
})

interface Named {
  readonly id: string | undefined
  readonly url: string | undefined
  readonly file: string | undefined
}
const stem = ({ id, url, file }: Named): string =>
  (
    id?.replace(/^0x/, '').toUpperCase() ??
    (url === undefined ? basename(file ?? 'key') : `${new URL(url).hostname}_${nameIn(url)}`)
  )
    .replace(/\.(asc|gpg|key|pub)$/i, '')
    .replace(/[^\w-]/g, '_')

const isArmored = (key: Buffer): boolean => key.toString('latin1', 0, 4096).includes('-----BEGIN PGP')

function keyIn(data: string | undefined, given: unknown): Buffer | undefined {
  if (data !== undefined) return Buffer.from(data.endsWith('\n') ? data : `${data}\n`)
  return typeof given === 'string' ? Buffer.from(given, 'latin1') : undefined
}

async function fetched(url: string, local: Local): Promise<Buffer> {
  const { file } = await local.fetch({ url, timeout: 10, retries: 3 })
  return local.readBytes(file)
}
