import { posix, win32 } from 'node:path'
import type { Call } from '../call.ts'
import { toIterable } from '../iterate.ts'
import { Tuple, failure, typeName } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'

const path = (call: Call): string => {
  if (typeof call.input === 'string') return call.input
  throw failure(`${call.name} needs a path as text, got ${typeName(call.input)}`)
}

const env = (call: Call, name: string): string | undefined => call.around.variables.ports.files?.env(name)

function dirname(source: string): string {
  const head = source.slice(0, source.lastIndexOf('/') + 1)
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '')
}

function splitExtension(source: string): [string, string] {
  const name = source.slice(source.lastIndexOf('/') + 1)
  const dot = name.replace(/^\.+/, (dots) => 'x'.repeat(dots.length)).lastIndexOf('.')
  return dot < 0 ? [source, ''] : [source.slice(0, source.length - name.length + dot), name.slice(dot)]
}

/** Python's os.path.join: an absolute part starts anew. */
function join(parts: readonly string[]): string {
  return parts.reduce(
    (path, part) => (part.startsWith('/') ? part : path === '' || path.endsWith('/') ? path + part : `${path}/${part}`),
    '',
  )
}

const absolute = (call: Call, source: string): string => posix.resolve(env(call, 'PWD') ?? '/', source)

/** Python's normpath keeps exactly two leading slashes. */
const normalize = (source: string): string => {
  if (source === '') return '.'
  const clean = posix.normalize(source)
  const bare = clean.length > 1 ? clean.replace(/\/$/, '') : clean
  return /^\/\/(?!\/)/.test(source) ? `/${bare}` : bare
}

const windowsHead = (source: string): [string, string] => {
  const drive = /^(?:[A-Za-z]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/.exec(source)?.[0] ?? ''
  return [drive, source.slice(drive.length)]
}

/** Python's ntpath.dirname: without the separators at its end, unless it is the root. */
function windowsFolder(source: string): string {
  const [drive, rest] = windowsHead(source)
  const head = rest.slice(0, Math.max(rest.lastIndexOf('/'), rest.lastIndexOf('\\')) + 1)
  return drive + (head.replace(/[\\/]+$/, '') || head)
}

function commonPath(paths: readonly string[]): string {
  const [first, ...others] = paths
  if (first === undefined) throw failure('commonpath needs at least one path')
  if (others.some((other) => other.startsWith('/') !== first.startsWith('/')))
    throw failure('commonpath cannot mix absolute and relative paths')
  const split = (source: string): string[] => source.split('/').filter((part) => part !== '' && part !== '.')
  const parts = split(first)
  const length = others.reduce((count, other) => {
    const theirs = split(other)
    const differs = parts.slice(0, count).findIndex((part, index) => part !== theirs[index])
    return differs < 0 ? count : differs
  }, parts.length)
  return (first.startsWith('/') ? '/' : '') + parts.slice(0, length).join('/')
}

export const pathFilters: Operations = {
  basename: operation('', (call) => path(call).slice(path(call).lastIndexOf('/') + 1)),
  dirname: operation('', (call) => dirname(path(call))),
  splitext: operation('', (call) => Tuple.containing(splitExtension(path(call)))),
  path_join: operation('', (call) =>
    typeof call.input === 'string' ? call.input : join(toIterable(call.input, 'path_join').map(text)),
  ),
  normpath: operation('', (call) => normalize(path(call))),
  realpath: operation('', (call) => {
    const full = absolute(call, path(call))
    return call.around.variables.ports.files?.stat?.(full)?.real ?? full
  }),
  relpath: operation(
    'start',
    (call) => posix.relative(absolute(call, call.string('start', '.')), absolute(call, path(call))) || '.',
  ),
  commonpath: operation('', (call) => commonPath(call.list.map(text))),
  expanduser: operation('', (call) => path(call).replace(/^~(?=\/|$)/, () => env(call, 'HOME') ?? '~')),
  expandvars: operation('', (call) =>
    path(call).replace(
      /\$(?:(\w+)|\{([^}]*)\})/g,
      (whole, bare?: string, braced?: string) => env(call, bare ?? braced ?? '') ?? whole,
    ),
  ),
  fileglob: operation('', (call) => call.around.variables.ports.files?.glob(path(call)) ?? []),
  win_basename: operation('', (call) => win32.basename(path(call))),
  win_dirname: operation('', (call) => windowsFolder(path(call))),
  win_splitdrive: operation('', (call) => Tuple.containing(windowsHead(path(call)))),
}
