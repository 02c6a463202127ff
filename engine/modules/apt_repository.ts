import type { Step } from '../host/step.ts'
import { joined, sh } from '../host/shell.ts'
import { defineModule, type State } from '../module/define.ts'
import { choice, flag, mode, text, whole } from '../schema/field.ts'
import { QUIET } from './_apt.ts'
import { fileNameOf, isSource, sourceIn, sourceText } from './_apt-sources.ts'
import { refusal } from './_refuse.ts'

const FOLDER = '/etc/apt/sources.list.d'
const file = (path: string): string => `file ${path}`

export const aptRepository = defineModule({
  name: 'apt_repository',
  summary: 'Adds a package source to apt, or removes it from all its files, and fetches the lists anew.',
  notes:
    'A source is known by its line, white space aside, in any `.list` file. A new one gets a file of its own, named after its URL unless `filename` says otherwise. When apt cannot fetch its lists, a file that was new is taken away again. `ppa:` is not supported: give the whole line, with `signed-by` for its key.',
  args: {
    repo: text({
      pattern: /^[^\n\0]+$/,
      help: 'The line: `deb [signed-by=/etc/apt/keyrings/x.asc] https://… suite component`.',
    }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it should be there.' }),
    filename: text({ optional: true, pattern: /^[\w.+-]+$/, help: 'The name of a new file, without `.list`.' }),
    mode: mode({ default: '0644', help: 'Permissions of a new file.' }),
    update_cache: flag({ default: true, aliases: ['update-cache'], help: 'Fetch the lists after a change.' }),
    update_cache_retries: whole({ default: 5, help: 'Further attempts to fetch them.' }),
    update_cache_retry_max_delay: whole({ default: 12, help: 'Longest pause between two attempts, in seconds.' }),
    codename: text({ optional: true, help: 'Taken from Ansible, where it is for `ppa:`.' }),
    validate_certs: flag({ default: true, help: 'Taken from Ansible, where it is for `ppa:`.' }),
    install_python_apt: flag({ default: true, help: 'Taken from Ansible; no Python is needed.' }),
  },
  examples: [
    {
      title: 'A source with its key',
      args: {
        repo: 'deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian trixie stable',
        filename: 'docker',
      },
    },
    { title: 'No longer', args: { repo: 'deb http://old.example.org/debian stable main', state: 'absent' } },
  ],

  rule({ repo, mode }) {
    if (/^ppa:/.test(repo)) return 'ppa: is not supported: give the whole line of the source'
    if (mode === 'preserve') return 'mode: preserve has no meaning here'
    return sourceIn(repo) === undefined ? `"${repo}" is no source: deb URL suite component` : undefined
  },

  async probe({ repo }, reader): Promise<State> {
    const source = sourceIn(repo)
    const paths = ['/etc/apt/sources.list', ...(await reader.glob(`${FOLDER}/*.list`))]
    const [apt, folder, ...texts] = await Promise.all([
      reader.tool('apt-get'),
      reader.stat(FOLDER),
      ...paths.map((path) => reader.readText(path)),
    ])
    const state: Record<string, string | boolean | null> = {
      apt: apt !== undefined,
      folder: folder?.kind ?? 'absent',
      found: false,
    }
    for (const [at, path] of paths.entries()) {
      const content = texts[at]
      if (content === undefined || !source) continue
      const found = content.split('\n').some((line) => isSource(line, source))
      if (found) state['found'] = true
      state[file(path)] = content
    }
    return state
  },

  want(args, now) {
    const source = sourceIn(args.repo)
    if (!source) return {}
    if (args.state === 'present') {
      if (now['found'] === true) return {}
      const place = placeOf(args)
      const old = now[file(place)]
      const before = typeof old === 'string' && old !== '' && !old.endsWith('\n') ? `${old}\n` : (old ?? '')
      return { found: true, [file(place)]: `${String(before)}${args.repo.trim()}\n` }
    }
    if (now['found'] !== true) return {}
    const edited = Object.entries(now).flatMap(([key, content]): [string, string | null][] => {
      if (!key.startsWith('file ') || typeof content !== 'string') return []
      const lines = content.split('\n')
      const kept = lines.filter((line) => !isSource(line, source))
      if (kept.length === lines.length) return []
      const text = kept.join('\n')
      return [[key, text.trim() === '' && key !== file('/etc/apt/sources.list') ? null : text]]
    })
    return { found: false, ...Object.fromEntries(edited) }
  },

  apply(args, now, want): Step[] {
    if (now['apt'] !== true)
      throw refusal('the host has no apt', 'a source of another package manager is a file: use copy')
    const changed = Object.entries(want).filter(([key, content]) => key.startsWith('file ') && content !== now[key])
    if (now['folder'] === 'absent' && changed.some(([key]) => key.includes(FOLDER)))
      throw refusal(`${FOLDER} is not there`, 'make it first')
    const steps = changed.map(([key, content]): Step => {
      const path = key.slice(5)
      if (typeof content === 'string')
        return { kind: 'write', path, content, mode: now[key] === undefined ? args.mode : undefined }
      return {
        kind: 'run',
        label: `remove ${path}`,
        command: sh`rm -f -- ${path}`,
        effects: [{ effect: 'remove', path }],
      }
    })
    const fresh = args.state === 'present' && now[file(placeOf(args))] === undefined ? placeOf(args) : undefined
    return [...steps, ...(args.update_cache ? [fetchAgain(args, fresh)] : [])]
  },

  result: (args, now, after) => ({
    repo: sourceText(sourceIn(args.repo) ?? { type: '', options: '', rest: '' }),
    state: args.state,
    sources_added: added(now, after),
    sources_removed: added(after, now),
  }),
})

interface Place {
  readonly repo: string
  readonly filename: string | undefined
}
function placeOf({ repo, filename }: Place): string {
  const source = sourceIn(repo)
  const name = filename ?? (source ? fileNameOf(source) : 'source')
  return `${FOLDER}/${name.endsWith('.list') ? name : `${name}.list`}`
}

const added = (before: State, after: State): string[] =>
  Object.keys(after)
    .filter((key) => key.startsWith('file ') && typeof before[key] !== 'string' && typeof after[key] === 'string')
    .map((key) => key.slice(5))

interface Fetching {
  readonly update_cache_retries: number
  readonly update_cache_retry_max_delay: number
}

/** What cannot be fetched must not stay: it would break every later installation. */
function fetchAgain({ update_cache_retries, update_cache_retry_max_delay }: Fetching, fresh: string | undefined): Step {
  return {
    kind: 'run',
    label: 'apt-get update',
    command: joined(
      [
        QUIET,
        sh`left=${update_cache_retries} pause=1
until apt-get -q -o DPkg::Lock::Timeout=60 -o APT::Update::Error-Mode=any update; do
  code=$?
  if [ "$left" -le 0 ]; then ${fresh === undefined ? sh`:` : sh`rm -f -- ${fresh}`}; exit "$code"; fi
  left=$((left - 1)); sleep "$pause"; pause=$((pause * 2)); [ "$pause" -le ${update_cache_retry_max_delay} ] || pause=${update_cache_retry_max_delay}
done`,
      ],
      '\n',
    ),
    effects: [],
  }
}
