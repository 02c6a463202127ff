import type { Call } from '../call.ts'
import { Locked, defined, failure } from '../operand.ts'
import { operation, sealed } from '../operation.ts'
import type { Operation, Operations } from '../operation.ts'
import { text } from '../print.ts'
import type { Found } from '../surroundings.ts'

/** These look at the controller, as Ansible's do. */
function look(call: Call, path = text(call.input)): Found | undefined {
  const { files } = call.around.variables.ports
  if (!files?.stat) throw failure(`the test ${call.name} cannot look at files here`)
  return files.stat(path)
}

const file = (judge: (found: Found | undefined) => boolean): Operation<boolean> =>
  operation('', (call) => judge(look(call)))

const directory = file((found) => found?.kind === 'directory')
const regular = file((found) => found?.kind === 'file')
const link = file((found) => found?.link === true)
const mount = file((found) => found?.mount === true)
const absolute = operation('', (call) => text(call.input).startsWith('/'))
const same = operation('other', (call) => {
  const [mine, theirs] = [look(call), look(call, text(call.need('other')))]
  return mine !== undefined && mine.real === theirs?.real
})
const vault = sealed('', ({ rawInput, around }) => {
  if (rawInput instanceof Locked) return true
  const value = defined(rawInput)
  return typeof value === 'string' && around.variables.ports.vault?.sourceOf(value) !== undefined
})

export const fileTests: Operations<boolean> = {
  directory,
  is_dir: directory,
  file: regular,
  is_file: regular,
  link,
  is_link: link,
  exists: file((found) => found !== undefined && found.kind !== 'nothing'),
  link_exists: file((found) => found !== undefined),
  abs: absolute,
  is_abs: absolute,
  same_file: same,
  is_same_file: same,
  mount,
  is_mount: mount,
  vault_encrypted: vault,
  vaulted_file: operation('', (call) => {
    const { files } = call.around.variables.ports
    const path = text(call.input)
    const found = files?.isEncrypted ? files.isEncrypted(path) : files?.readText(path)?.startsWith('$ANSIBLE_VAULT')
    if (found === undefined) throw failure(`the test vaulted_file finds no file ${path}`)
    return found
  }),
}
