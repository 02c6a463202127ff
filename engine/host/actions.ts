import { basename, dirname, normalize } from 'node:path/posix'
import { KplayError } from '../errors.ts'
import { beside, unforeseen } from './beside.ts'
import { synced } from './durable.ts'
import { kernelPath } from './kernel-key.ts'
import { type Command, joined, sh } from './shell.ts'
import type { RunStep } from './step.ts'

/** Owner and group by name or number; the mode octal (0644) or in chmod's words. What is left out is left alone. */
export interface Attributes {
  readonly mode?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/**
 * Makes a folder. With `parents` the missing ones above it too, with the same attributes, as Ansible does; the effect
 * names only the folder itself, as only the overlay knows which of its parents are missing.
 */
export function makeDir(path: string, options: Attributes & { readonly parents?: boolean | undefined } = {}): RunStep {
  const { mode, owner, group, parents = true } = options
  const paths = parents ? ancestors(path) : [path]
  return {
    kind: 'run',
    label: `make the folder ${path}`,
    command: sh`{ made=1; for p in ${paths}; do [ -d "$p" ] || ${freshDir(options)} || { made=; break; }; done
[ -n "$made" ] && ${synced(dirname(path))}; }`,
    effects: [{ effect: 'dir', path, mode, owner, group }],
    quick: true,
  }
}

/** A link is not what anybody should be led by to a folder of others. */
const THERE = sh`[ -d "$p" ] && [ ! -L "$p" ]`

/** Makes "$p". Somebody else may do so in the same moment. */
function freshDir(wanted: Attributes): Command {
  const { mode, owner, group } = wanted
  // One that will be somebody else's, or has bits that not every mkdir sets, is for nobody until it is as it shall be.
  if (mode === undefined || owner !== undefined || group !== undefined || !/^0*[0-7]{1,3}$/.test(mode)) {
    const made = sh`{ ${mode === undefined ? sh`mkdir -- "$p"` : closed('0700')} || { ${THERE}; }; }`
    return sh`{ ${joined([made, ...attributeCommands(wanted, THIS)])}; }`
  }
  // The folder above may hand its group down.
  const words = chmodWords(mode)
  return sh`{ { ${closed(words)} && [ ! -g "$p" ]; } || { ${THERE} && chmod -- ${words} "$p"; }; }`
}

/** A mkdir may give the mode only to a folder that has what the umask leaves already: busybox's does. */
const closed = (mode: string): Command => sh`(umask 077; exec mkdir -m ${mode} -- "$p")`

/** Points `path` at `target`, atomically: what stood there (a file or link) is there until the new link is. */
export function makeLink(path: string, target: string, owners: Omit<Attributes, 'mode'> = {}): RunStep {
  const { owner, group } = owners
  const effects: RunStep['effects'] = [
    { effect: 'link', path, target },
    ...(owner === undefined && group === undefined
      ? []
      : [{ effect: 'attributes', path, owner, group, follow: false } as const]),
  ]
  const make = [sh`ln -s -- ${target} "$new"`, ...ownerCommands(owners, sh`"$new"`, { follow: false })]
  const command = replacing(path, joined(make))
  return { kind: 'run', label: `link ${path} to ${target}`, command, effects, quick: true }
}

/** Makes `path` another name of the file `target`, atomically. */
export function makeHardLink(path: string, target: string): RunStep {
  return {
    kind: 'run',
    label: `hard link ${path} to ${target}`,
    // mv refuses to rename one name of a file to another name of it.
    command: sh`{ [ ! -L ${path} ] && [ ${path} -ef ${target} ]; } || ${replacing(path, sh`ln -- ${target} "$new"`)}`,
    effects: [{ effect: 'hardlink', path, target }],
    quick: true,
  }
}

/**
 * Removes a file, a link or an empty folder; with `recursive` whatever is there. Throws REFUSED for `/` and its like;
 * on the host it refuses a tree in which something is mounted.
 */
export function removePath(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): RunStep {
  const clean = normalize(path).replace(/(?<=.)\/+$/, '')
  if (path === '' || ['/', '.', '..'].includes(clean) || clean.endsWith('/..')) {
    throw new KplayError('REFUSED', `'${path}' will not be removed`, { hint: 'name a path below the root folder' })
  }
  // A trailing slash would name the folder behind a link.
  const one = sh`if [ -d ${clean} ] && [ ! -L ${clean} ]; then rmdir -- ${clean}; else rm -f -- ${clean}; fi`
  return {
    kind: 'run',
    label: `remove ${path}`,
    command: sh`${recursive ? sh`${unmounted(clean)} && rm -rf -- ${clean}` : one} && ${synced(dirname(clean))}`,
    effects: [{ effect: 'remove', path }],
    quick: !recursive,
  }
}

/**
 * Sets owner, group and mode. `follow` (default): of what a link points to; without it, of the link itself, which has
 * no mode. `recurse`: of all below too, links inside never followed; files that vanish meanwhile are no failure.
 */
export function setAttributes(
  path: string,
  options: Attributes & { readonly recurse?: boolean | undefined; readonly follow?: boolean | undefined },
): RunStep {
  const { mode, owner, group, recurse = false, follow = true } = options
  const set = recurse || follow ? { mode, owner, group } : { owner, group }
  const commands = recurse
    ? [sh`[ -d ${path} ]`, ...attributeCommands(set, sh`${path}/.`, { recurse })]
    : attributeCommands(set, sh`${path}`, { follow })
  return {
    kind: 'run',
    label: `set ${[mode && `mode ${mode}`, owner && `owner ${owner}`, group && `group ${group}`].filter(Boolean).join(', ')} of ${path}`,
    command: joined(recurse ? [TOLERANT, ...commands] : commands),
    effects: [{ effect: 'attributes', path, ...set, recurse, follow }],
    quick: !recurse,
  }
}

/** Renames. A file, a link or an empty folder at `to` gives way; a folder with something in it does not. */
export function movePath(from: string, to: string): RunStep {
  // `mv` moves into what is a folder, or a link to one: an empty folder goes first, a link is replaced by name.
  return {
    kind: 'run',
    label: `move ${from} to ${to}`,
    command: joined([
      sh`if [ -L ${to} ] && [ -d ${to} ] && { [ -L ${from} ] || [ ! -d ${from} ]; }; then ${replacing(to, sh`mv -- ${from} "$new"`, sh`mv -f -- "$new" ${from}`)}
elif [ -L ${to} ] && [ -d ${to} ]; then printf '%s is a link\\n' ${to} >&2; false
else { [ ! -d ${to} ] || [ -L ${to} ] || rmdir -- ${to}; } && mv -f -- ${from} ${to}; fi`,
      synced(dirname(to)),
      ...(dirname(from) === dirname(to) ? [] : [synced(dirname(from))]),
    ]),
    effects: [{ effect: 'move', from, to }],
  }
}

/** Sets a kernel value until the next boot. */
export function setSysctl(key: string, value: string): RunStep {
  const path = kernelPath(key)
  // Each writes in one piece; tee costs two processes, but names the kernel's reason, which a shell's printf may not.
  return {
    kind: 'run',
    label: `set ${key} = ${value}`,
    command: sh`{ { printf '%s\\n' ${value} >${path}; } 2>/dev/null || printf '%s\\n' ${value} | tee -- ${path} >/dev/null; }`,
    effects: [{ effect: 'sysctl', key, value }],
    quick: true,
  }
}

/** Makes systemd read its unit files again. `units`: those of which the caller knows that they changed. */
export function daemonReload(...units: readonly string[]): RunStep {
  return {
    kind: 'run',
    label: 'reload the unit files',
    command: sh`systemctl daemon-reload`,
    effects: ['', ...units].map((name) => ({ effect: 'unit', name, reloaded: true })),
  }
}

/**
 * chmod's words for a mode, such that every chmod makes of them what `resolveMode` does: GNU's leaves the set-id bits of
 * a folder alone unless they are named, and for busybox's an X after = finds the old bits gone.
 */
export function chmodWords(mode: string): string {
  if (!/^[0-7]{1,5}$/.test(mode)) return mode.split(',').flatMap(clauseWords).join(',')
  const bits = Number.parseInt(mode, 8)
  const rwx = (shift: number) =>
    [4, 2, 1].map((bit, index) => (((bits >> shift) & bit) > 0 ? 'rwx'.charAt(index) : '')).join('')
  const special = [bits & 0o4000 ? 'u+s' : 'u-s', bits & 0o2000 ? 'g+s' : 'g-s', bits & 0o1000 ? 'a+t' : 'a-t']
  return [`u=${rwx(6)}`, `g=${rwx(3)}`, `o=${rwx(0)}`, ...special].join(',')
}

/** `u=rX` as `u+rX,u-ws`; each operator of a clause in one of its own. */
function clauseWords(clause: string): string[] {
  const [, who = '', actions] = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause) ?? []
  // chmod explains best what is no mode.
  if (actions === undefined) return [clause]
  return [...actions.matchAll(/([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g)].flatMap(([whole, operator, words = '']) => {
    if (operator !== '=' || who === '') return `${who}${whole}`
    const has = (one: string): boolean => words.includes(one)
    const late = has('X')
    const others = `${late && !has('r') ? 'r' : ''}${late && !has('w') ? 'w' : ''}${has('s') || who === 'o' ? '' : 's'}`
    return [
      `${who}${late ? '+' : '='}${words}`,
      ...(others === '' ? [] : [`${who}-${others}`]),
      ...(/[oa]/.test(who) && !has('t') ? ['a-t'] : []),
    ]
  })
}

const THIS = sh`"$p"`

const TOLERANT = sh`tolerant() {
  said=$(LC_ALL=C "$@" 2>&1 >/dev/null) && return
  code=$?
  left=$(printf '%s\\n' "$said" | grep -v 'No such file or directory')
  [ -n "$said" ] && [ -z "$left" ] || { printf '%s\\n' "$left" >&2; return "$code"; }
}`

interface How {
  readonly recurse?: boolean
  readonly follow?: boolean
}

/** Owner before mode: changing the owner clears set-id bits. */
const attributeCommands = (wanted: Attributes, operand: Command, how: How = {}): Command[] => [
  ...ownerCommands(wanted, operand, how),
  ...(wanted.mode === undefined
    ? []
    : [sh`${how.recurse ? sh`tolerant chmod -R` : sh`chmod`} -- ${chmodWords(wanted.mode)} ${operand}`]),
]

function ownerCommands({ owner, group }: Attributes, operand: Command, { recurse, follow = true }: How): Command[] {
  if (owner === undefined && group === undefined) return []
  const who = group === undefined ? (owner ?? '') : `${owner ?? ''}:${group}`
  const tool = recurse ? sh`tolerant chown -h -R` : follow ? sh`chown` : sh`chown -h`
  return [sh`${tool} -- ${who} ${operand}`]
}

/**
 * Makes "$new" beside `path`, by a name that nobody can foresee, and renames it. A mv that may not be told to leave
 * folders alone gets it from a folder of its own, by the right name, into the folder above: the only other spelling
 * that never descends into a link to a folder. Fails when `path` is a folder; `away` is what then becomes of "$new".
 */
function replacing(path: string, make: Command, away = sh`rm -f -- "$new"`): Command {
  const above = dirname(path)
  const into = above.endsWith('/') ? above : `${above}/`
  const name = basename(path)
  const hidden = beside(path, unforeseen(`${path}\0${make.text}`))
  return sh`(new=${hidden}$$; there() { [ -e "$1" ] || [ -L "$1" ]; }
if there "$new"; then printf '%s is there already\\n' "$new" >&2; exit 1; fi
trap ${`! there "$new" || ${away.text}`} 0
${make} || exit
mv -f -T -- "$new" ${into}${name} 2>/dev/null && trap - 0 && exit
umask 077; mkdir -- "$new.d" && mv -f -- "$new" "$new.d"/${name} && mv -f -- "$new.d"/${name} ${into}; code=$?
[ "$code" -eq 0 ] || ! there "$new.d"/${name} || mv -f -- "$new.d"/${name} "$new"
rmdir -- "$new.d"; exit "$code") && ${synced(above)}`
}

/** Fails when something is mounted at or below `path`. The kernel writes odd bytes of mount points as octal escapes. */
const unmounted = (path: string): Command => sh`(above=$(cd -- ${dirname(path)} && pwd -P) || exit
[ "$above" != / ] || above=
tree=$above/${basename(path)}
sed 's/\\\\/\\\\0/g' /proc/self/mountinfo | while read -r _ _ _ _ mounted _; do
  case $mounted in *\\\\*) mounted=$(printf %b "$mounted") ;; esac
  case $mounted in "$tree"|"$tree"/*) printf '%s is mounted: %s stays\\n' "$mounted" "$tree" >&2; exit 1 ;; esac
done)`

export function ancestors(path: string): string[] {
  const paths: string[] = []
  for (let current = path; current !== '/' && current !== '.' && !paths.includes(current); current = dirname(current)) {
    paths.unshift(current)
  }
  return paths
}
