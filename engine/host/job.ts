import { basename, dirname } from 'node:path/posix'
import type { Plain } from '../value.ts'
import type { Reader } from './reader.ts'
import { sh } from './shell.ts'
import type { RunStep } from './step.ts'

/** A command that goes on by itself on a host, whoever started it being gone; all is kept in one file and its kin. */
export interface JobStart {
  /** The job's file; its folder is made, for its user only. */
  readonly path: string
  /** Seconds after which it is ended. */
  readonly seconds: number
  /** What is known of its result already. */
  readonly values: Readonly<Record<string, Plain>>
}

/** What became of a job. */
export interface JobState {
  readonly values: Readonly<Record<string, Plain>>
  /** undefined: it is still running. */
  readonly end?: {
    readonly code: number
    /** It was ended as its time was over. */
    readonly late: boolean
    readonly stdout: string
    readonly stderr: string
    /** Milliseconds since 1970, by the host's clock. */
    readonly started: number
    readonly ended: number
  }
  /** It ended without saying how: it was killed, or the host was restarted. */
  readonly lost?: boolean
}

/**
 * The runner: the command in a process group of its own, its output in files, a watchdog beside it. The last line of
 * the file says that all is there to be read.
 */
const RUNNER = String.raw`
file=$1
mask=$(umask)
umask 077
echo "pid $$" >>"$file"
echo "started $(date +%s)" >>"$file"
setsid=$(command -v setsid) && setsid=setsid || setsid=
if [ -e "$file.in" ]; then exec 6<"$file.in"; rm -f "$file.in"; else exec 6</dev/null; fi
$setsid /bin/sh -c 'umask "$2"; eval "$(cat "$1"; rm -f "$1")"' sh "$file.job" "$mask" <&6 >"$file.out" 2>"$file.err" &
job=$!
exec 6<&-
$setsid /bin/sh -c '
  sleep "$3"
  : >"$1.late"
  kill -s TERM -- "-$2" || kill -s TERM "$2"
  sleep 3
  kill -s KILL -- "-$2" || kill -s KILL "$2"
' sh "$file" "$job" "$2" </dev/null >/dev/null 2>&1 &
watch=$!
wait "$job"
code=$?
[ -e "$file.late" ] || { kill -s KILL -- "-$watch" || kill -s KILL "$watch"; } 2>/dev/null
late=0
[ ! -e "$file.late" ] || late=1
rm -f "$file.late" "$file.job"
echo "ended $(date +%s)" >>"$file"
echo "code $code $late" >>"$file"
`

/** The step that starts a step as a job and is over at once. */
export function startJob(step: RunStep, { path, seconds, values }: JobStart): RunStep {
  const folder = dirname(path)
  const head = `values ${JSON.stringify(values)}\n`
  const stdin = step.stdin === undefined ? sh`` : sh`cat >"$file.in" || exit 1`
  return {
    ...step,
    effects: [],
    command: sh`mask=$(umask); umask 077; file=${path}
mkdir -p -- ${dirname(folder)} && { [ -d ${folder} ] || mkdir -m 700 -- ${folder}; } || exit 1
printf %s ${head} >"$file" && printf %s ${step.command.text} >"$file.job" || exit 1
${stdin}
setsid=$(command -v setsid) && setsid=setsid || setsid=
umask "$mask"
([ -n "$setsid" ] || trap '' 1; exec $setsid /bin/sh -c ${RUNNER} sh "$file" ${Math.ceil(seconds)}) </dev/null >/dev/null 2>&1 &`,
  }
}

/** `look` gives a reader that remembers nothing. @returns undefined: there is no such job */
export async function readJob(look: () => Reader, path: string): Promise<JobState | undefined> {
  const state = await readState(look(), path)
  // It may have ended while it was looked for: then it says so now.
  return state?.lost ? readState(look(), path) : state
}

async function readState(reader: Reader, path: string): Promise<JobState | undefined> {
  const text = await reader.readText(path)
  if (text === undefined) return undefined
  const line = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? ''
  const values = JSON.parse(line('values') || '{}') as JobState['values']
  const [code, late] = line('code').split(' ')
  if (!code) {
    const alive = line('pid') === '' || (await reader.process(Number(line('pid')))) !== undefined
    return alive ? { values } : { values, lost: true }
  }
  const [stdout = '', stderr = ''] = await Promise.all([reader.readText(`${path}.out`), reader.readText(`${path}.err`)])
  const [started, ended] = [Number(line('started')) * 1000, Number(line('ended')) * 1000]
  return { values, end: { code: Number(code), late: late === '1', stdout, stderr, started, ended } }
}

/** Removes all that is kept of a job. It does not end one that is running. */
export function eraseJob(path: string): RunStep {
  const paths = [path, `${path}.out`, `${path}.err`]
  return {
    kind: 'run',
    label: `forget the job ${basename(path)}`,
    command: sh`rm -f -- ${paths}`,
    effects: paths.map((gone) => ({ effect: 'remove', path: gone })),
  }
}
