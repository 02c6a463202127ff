import type { KernelValue, MountEntry } from '../reader.ts'
import { sh } from '../shell.ts'
import { ALONE, cannotLook, type Answer, type Question, reasonIn } from './question.ts'

/** Kernel values by their path below /proc/sys. */
export const sysctlQuestion: Question<string, KernelValue | undefined> = {
  name: 'sysctl',
  // A letter for each: - absent, r read-only, w writable. Opening for writing, without a byte written, is the only
  // test that old shells, read-only mounts and user namespaces do not mislead. One grep reads all: a shell's `read`
  // takes a byte at a time, and the kernel gives only the first.
  script: (paths) => sh`set --
for path in ${paths}; do
  if [ ! -f "$path" ]; then printf -; continue; fi
  set -- "$@" "$path"
  if [ -w "$path" ] && { true >>"$path"; } 2>/dev/null; then printf w; else printf r; fi
done
echo
[ -d /proc/sys/kernel ] || { echo '/proc/sys: it is not mounted' >&2; exit 1; }
[ "$#" -eq 0 ] || grep -H '' -- "$@" /dev/null`,
  read({ stdout, stderr, code }, paths, _mark, alone) {
    const [letters = '', ...lines] = stdout.toString('utf8').split('\n')
    if (stderr !== '' && !alone) return paths.map(() => ALONE)
    if (letters.length !== paths.length || code > 1 || stderr !== '') {
      return paths.map((path) => cannotLook(path, reasonIn(stderr)))
    }
    return paths.map((path, index): Answer<KernelValue | undefined> => {
      if (letters[index] === '-') return undefined
      const start = `${path}:`
      const value = lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
      return { value: value.join(' ').trim().split(/\s+/).join(' '), writable: letters[index] === 'w' }
    })
  },
}

/** The mount table as this session sees it; its only subject is the empty text. */
export const mountsQuestion: Question<string, readonly MountEntry[]> = {
  name: 'mounts',
  limit: () => 16 * 1024 * 1024,
  script: () => sh`cat /proc/self/mountinfo`,
  read: ({ stdout, stderr, code }, subjects) =>
    subjects.map(() =>
      code === 0 ? parseMounts(stdout.toString('utf8')) : cannotLook('the mounts', reasonIn(stderr)),
    ),
}

/**
 * proc(5), /proc/PID/mountinfo: `id parent major:minor root path options [tags …] - fstype source options`. Read-only is
 * what either the mount or its file system is.
 */
export function parseMounts(text: string): MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(' ')
    const dash = words.indexOf('-', 6)
    const [, , device, root, path, options] = words
    const [fstype, source, superOptions] = words.slice(dash + 1)
    if (dash < 0 || device === undefined || root === undefined || path === undefined || fstype === undefined) return []
    const all = `${options ?? ''},${superOptions ?? ''}`.split(',').filter((option) => option !== '')
    return {
      path: unescapeMount(path),
      source: unescapeMount(source ?? ''),
      fstype: unescapeMount(fstype),
      options: [...new Set(all.map(unescapeMount))].filter((option) => option !== 'rw' || !all.includes('ro')),
      device,
      root: unescapeMount(root),
    }
  })
}

/** The kernel writes space, tab, newline and backslash (and # in a source) as octal escapes. */
const unescapeMount = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
