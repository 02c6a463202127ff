import { join } from 'node:path'
import { Problems } from '../../engine/errors.ts'
import { readVarsFile } from '../../engine/read/vars.ts'
import { fromPlain, type Plain, type Vars } from '../../engine/value.ts'
import { evaluate, renderText } from '../../engine/values/template.ts'
import { Scope } from '../../engine/values/scope.ts'
import { Template, toPlain } from '../../engine/value.ts'
import { diskFiles, root } from './role.ts'

type Given = Readonly<Record<string, Plain>>
const layer = (name: string, given: Given): { name: string; vars: Vars } => ({
  name,
  vars: new Map(Object.entries(given).map(([key, value]) => [key, { value: fromPlain(value) }])),
})

/** The scope of a role on the first of some hosts: its defaults, and above them what an inventory gives. */
export function roleScope(role: string, given: Given, hosts: Readonly<Record<string, Given>> = { h1: {} }): Scope {
  const path = join(root, 'roles', role, 'defaults/main.yml')
  const defaults = { name: 'defaults', vars: readVarsFile(path, diskFiles, new Problems()) ?? new Map<string, never>() }
  const names = Object.keys(hosts)
  const own = (name: string): Scope =>
    new Scope([defaults, layer('inventory', { ...given, ...hosts[name] })], {
      values: layer('magic', {
        inventory_hostname: name,
        groups: { kafka: names, zookeeper: names },
        ansible_play_hosts: names,
      }).vars,
      hostvars: { names: () => names, scope: (other) => (other in hosts ? own(other) : undefined) },
    })
  return own(names[0] ?? '')
}

export const valueIn = (scope: Scope, expression: string): Plain =>
  toPlain(evaluate(new Template(expression, undefined, { expression: true }), scope))

export function renderRoleTemplate(role: string, name: string, scope: Scope): string {
  const file = join(root, 'roles', role, 'templates', name)
  return renderText(diskFiles.readText(file) ?? '', scope, { file })
}

/** `name=value` lines as pairs. */
export const properties = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^[^#\s].*=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
