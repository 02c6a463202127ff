import type { Facts } from '../facts.ts'
import { type Command, sh } from '../shell.ts'
import type { Source } from './source.ts'

/** Where Ansible looks for a Python that nobody named, in its order; then what older systems have. */
const NAMES = [
  ...Array.from({ length: 6 }, (_, age) => `python3.${14 - age}`),
  '/usr/bin/python3',
  'python3',
  '/usr/libexec/platform-python',
  'python2.7',
  '/usr/bin/python',
  'python',
]

/** Works in Python 2 and 3, and needs none of the modules that are written in Python. To load `_ssl` would take longer than all else. */
const ASK = `import sys
from posix import listdir
def named(folder):
    try:
        return [name for name in listdir(folder) if name.split(".")[0] == "_ssl"]
    except OSError:
        return []
ssl = "_ssl" in sys.builtin_module_names or any(named(folder) for folder in sys.path if folder)
name = getattr(getattr(sys, "implementation", None), "name", "cpython")
sys.stdout.write("\\n".join(str(part) for part in [sys.executable, name, ssl] + list(sys.version_info)))
`

/**
 * Asks the host's Python what it is. Nothing here needs one: the facts are for tasks that start it, or install what
 * belongs to it. @param interpreter the words that start it; none: whichever is found
 */
export const pythonQuestion = (
  interpreter: readonly string[],
): Command => sh`python() { answer=$(within 5 "$@" -ES -c ${ASK} 2>/dev/null) && printf '%s\\n' "$answer"; }
set -- ${interpreter}
if [ "$#" -gt 0 ]; then python "$@"
else
  # A name may be there, and start nothing.
  for name in ${NAMES}; do path=$(command -v "$name") && python "$path" && break; done
fi`

/** `python` and `python_version`; a host without Python has neither. */
export function pythonFacts(source: Source): Facts {
  const [executable, type, hasSsl, major, minor, micro, releaselevel = '', serial] = source
    .section('python')
    .trim()
    .split('\n')
  if (executable === undefined || serial === undefined) return {}
  const [first = 0, second = 0, third = 0, last = 0] = [major, minor, micro, serial].map(Number)
  return {
    python: {
      executable,
      type: type ?? '',
      has_sslcontext: hasSsl === 'True',
      version: { major: first, minor: second, micro: third, releaselevel, serial: last },
      version_info: [first, second, third, releaselevel, last],
    },
    python_version: `${first}.${second}.${third}`,
  }
}
