import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { defineRead } from '../module/define.ts'
import type { Plain } from '../value.ts'

type Services = Record<string, Record<string, Plain>>

export const serviceFacts = defineRead({
  name: 'service_facts',
  summary: 'Lists the services of the host with their states, as the fact `services`.',
  notes:
    'By systemd, OpenRC, chkconfig or init scripts, whichever the host has; `source` says which. A host without a service manager has none.',
  args: {},
  examples: [{ title: 'All of them', args: {} }],
  async read(_, reader) {
    const systemd = (await reader.serviceManager()) === 'systemd'
    const services = systemd ? await systemdServices(reader) : await otherServices(reader)
    return { values: { ansible_facts: { services } } }
  },
})

const BAD = ['not-found', 'masked', 'failed']

async function systemdServices(reader: Reader): Promise<Services> {
  // Old versions know no --plain: then the sign before a name goes.
  const { stdout } = await reader.ask(sh`LC_ALL=C; export LC_ALL
systemctl list-units --no-pager --no-legend --type service --all --full
echo ---
systemctl list-unit-files --no-pager --no-legend --type service --full`)
  const [units = '', files = ''] = stdout.split(/^---$/m)
  const services: Services = {}
  for (const line of units.split('\n')) {
    const [name, load = '', active = '', sub = ''] = line
      .replace(/^[^\w]*\s/, '')
      .trim()
      .split(/\s+/)
    if (!name?.endsWith('.service')) continue
    const status = BAD.find((bad) => [load, active, sub].includes(bad)) ?? active
    services[name] = { name, state: sub === 'running' ? 'running' : 'stopped', status, source: 'systemd' }
  }
  for (const line of files.split('\n')) {
    const [name, status = 'unknown'] = line.trim().split(/\s+/)
    if (!name?.endsWith('.service')) continue
    const known = services[name]
    // What systemd has not loaded does not run.
    if (!known) services[name] = { name, state: 'inactive', status, source: 'systemd' }
    else if (!BAD.some((bad) => bad === known['status'])) services[name] = { ...known, status }
  }
  return services
}

async function otherServices(reader: Reader): Promise<Services> {
  const { stdout } = await reader.ask(sh`LC_ALL=C; export LC_ALL
if command -v rc-status >/dev/null && command -v rc-update >/dev/null; then
  echo openrc; rc-update show -v 2>/dev/null; echo ---; rc-status -a -s -m 2>/dev/null
elif command -v chkconfig >/dev/null; then
  echo chkconfig; chkconfig --list 2>/dev/null; echo ---
  for script in $(chkconfig --list 2>/dev/null | while read -r name rest; do case $rest in *:o*) echo "$name" ;; esac; done); do
    if service "$script" status >/dev/null 2>&1 </dev/null; then echo "$script running"; else echo "$script stopped"; fi
  done
elif command -v service >/dev/null && [ -d /etc/init.d ]; then
  echo sysv; service --status-all 2>&1 </dev/null
fi
true`)
  const [kind = '', ...lines] = stdout.split('\n')
  const text = lines.join('\n')
  const [first = '', second = ''] = text.split(/^---$/m)
  if (kind === 'openrc') return openrcServices(first, second)
  if (kind === 'chkconfig') return chkconfigServices(first, second)
  const rows = [...text.matchAll(/^\s*\[ ([+?-]) \]\s+(.+)$/gm)].filter(([, sign]) => sign !== '?')
  return Object.fromEntries(
    rows.map(([, sign, name = '']) => [name, { name, state: sign === '+' ? 'running' : 'stopped', source: 'sysv' }]),
  )
}

function openrcServices(levels: string, states: string): Services {
  const known = new Map<string, string[] | null>()
  for (const [, name = '', runlevels = ''] of levels.matchAll(/^\s*(\S+)\s*\|(.*)$/gm))
    known.set(name, runlevels.trim() === '' ? null : runlevels.trim().split(/\s+/))
  const services: Services = {}
  for (const [, name = '', state = ''] of states.matchAll(/^ +(\S+)\s+\[\s*(\w+)/gm))
    if (known.has(name)) services[name] = { name, runlevels: known.get(name) ?? null, state, source: 'openrc' }
  return services
}

function chkconfigServices(levels: string, states: string): Services {
  const running = new Set([...states.matchAll(/^(\S+) running$/gm)].map(([, name = '']) => name))
  const services: Services = {}
  for (const [, name = '', third] of levels.matchAll(/^(\S+)\s+(?:\d:(?:on|off)\s+){3}3:(on|off)/gm))
    services[name] = {
      name,
      state: running.has(name) ? 'running' : 'stopped',
      status: third === 'on' ? 'enabled' : 'disabled',
      source: 'sysv',
    }
  return services
}
