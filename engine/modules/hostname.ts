import { setSysctl } from '../host/actions.ts'
import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { text } from '../schema/field.ts'

const FILE = '/etc/hostname'
/** Where Red Hat kept the name before systemd. */
const NETWORK = '/etc/sysconfig/network'

export const hostname = defineModule({
  name: 'hostname',
  summary: 'Sets the name of the host, now and for the next boot.',
  notes: '`/etc/hosts` is not touched. The facts of the name are those of the new one from here on.',
  args: {
    name: text({
      pattern: /^[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*$/,
      help: 'The name, with or without a domain.',
    }),
    use: text({ optional: true, help: 'Taken from Ansible; what the host has decides.' }),
  },
  examples: [{ title: 'A name', args: { name: 'kafka1.example.org' } }],

  rule: ({ name }) => (name.length > 64 ? 'a name has at most 64 characters' : undefined),

  async probe(_, reader) {
    const [running, file, network] = await Promise.all([
      reader.sysctl('kernel.hostname'),
      reader.readText(FILE),
      reader.readText(NETWORK),
    ])
    const old = /^HOSTNAME=/m.test(network ?? '') || (network !== undefined && file === undefined)
    return { running: running?.value ?? null, file: file ?? null, network: old ? (network ?? '') : null }
  },

  want: ({ name }, { file, network }) => ({
    running: name,
    // A comment in the file may stay (hostname(5)); the name alone is what counts.
    ...(network === null || file !== null ? { file: nameIn(file) === name ? file : `${name}\n` } : {}),
    ...(network !== null && { network: withName(network, name) }),
  }),

  apply(_, now, want): Step[] {
    const write = (path: string, before: string | null, after: string | null | undefined): Step[] =>
      typeof after === 'string' && after !== before
        ? [{ kind: 'write', path, content: after, mode: before === null ? '0644' : undefined }]
        : []
    return [
      ...write(FILE, now.file, want.file),
      ...write(NETWORK, now.network, want.network),
      ...(want.running === now.running ? [] : [setSysctl('kernel.hostname', want.running ?? '')]),
    ]
  },

  result: ({ name }) => ({
    name,
    ansible_facts: {
      ansible_hostname: name.split('.')[0] ?? name,
      ansible_nodename: name,
      ...(name.includes('.') && { ansible_fqdn: name, ansible_domain: name.slice(name.indexOf('.') + 1) }),
    },
  }),
})

const nameIn = (file: string | null): string | undefined =>
  file
    ?.split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .find((line) => line !== '')

const withName = (text: string, name: string): string =>
  /^HOSTNAME=/m.test(text)
    ? text.replace(/^HOSTNAME=.*$/m, `HOSTNAME=${name}`)
    : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}HOSTNAME=${name}\n`
