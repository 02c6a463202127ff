import { removePath } from '../host/actions.ts'
import { sh } from '../host/shell.ts'
import { splitWords } from '../host/split-words.ts'
import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { choice, text } from '../schema/field.ts'
import { refusal } from './_refuse.ts'

const LOAD = '/etc/modules-load.d'
const OPTIONS = '/etc/modprobe.d'
/** The kernel makes no difference between the two. */
const plain = (name: string): string => name.replaceAll('-', '_')

export const modprobe = defineModule({
  name: 'modprobe',
  summary: 'Loads a module of the kernel, or takes it out, now and with `persistent` at each boot.',
  notes:
    'What is built into the kernel counts as loaded. `persistent: present` writes the name into a file of /etc/modules-load.d, and the parameters into one of /etc/modprobe.d.',
  args: {
    name: text({ pattern: /^[A-Za-z0-9][\w-]*$/, help: 'The module.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it is loaded.' }),
    params: text({ default: '', pattern: /^[^\n\0]*$/, help: 'Parameters for it, when it is loaded.' }),
    persistent: choice(['disabled', 'present', 'absent'], {
      default: 'disabled',
      help: 'Whether it is loaded at each boot; disabled leaves that as it is.',
    }),
  },
  examples: [{ title: 'Bridges see iptables', args: { name: 'br_netfilter', persistent: 'present' } }],

  async probe({ name }, reader) {
    const [modules, release, tool, load, options] = await Promise.all([
      reader.readText('/proc/modules'),
      reader.sysctl('kernel.osrelease'),
      reader.tool('modprobe'),
      reader.readText(`${LOAD}/${name}.conf`),
      reader.readText(`${OPTIONS}/${name}.conf`),
    ])
    const builtin = await reader.readText(`/lib/modules/${release?.value ?? ''}/modules.builtin`)
    const loaded = (modules ?? '').split('\n').some((line) => plain(line.split(' ')[0] ?? '') === plain(name))
    const inside = new RegExp(`/${plain(name)}\\.ko`, 'm').test(plain(builtin ?? ''))
    return { loaded, builtin: inside, tool: tool !== undefined, load: load ?? null, options: options ?? null }
  },

  want({ name, params, persistent }, { load, options }) {
    if (persistent === 'disabled') return {}
    if (persistent === 'absent') return { load: null, options: null }
    const listed = (load ?? '').split('\n').some((line) => plain(line.trim()) === plain(name))
    return { load: listed ? load : `${name}\n`, options: params === '' ? options : `options ${name} ${params}\n` }
  },
  must: ({ state }, { loaded, builtin }) => (state === 'present' ? !loaded && !builtin : loaded),

  apply({ name, state, params }, now, want): Step[] {
    const file = (path: string, before: string | null, after: string | null | undefined): Step[] => {
      if (after === undefined || after === before) return []
      return after === null ? [removePath(path)] : [{ kind: 'write', path, content: after, mode: '0644' }]
    }
    const acts = state === 'present' ? !now.loaded && !now.builtin : now.loaded
    if (acts && !now.tool) throw refusal('the host has no modprobe', 'install kmod')
    if (state === 'absent' && now.builtin && !now.loaded && acts) throw refusal(`${name} is built into the kernel`)
    const words = state === 'present' ? [name, ...splitWords(params)] : ['-r', name]
    return [
      ...(acts ? [{ kind: 'run' as const, command: sh`modprobe ${words}`, effects: [] }] : []),
      ...file(`${LOAD}/${name}.conf`, now.load, want.load),
      ...file(`${OPTIONS}/${name}.conf`, now.options, want.options),
    ]
  },

  result: ({ name, state, params }) => ({ name, state, params }),
})
