import { joined, sh, type Command } from '../host/shell.ts'
import type { Reader } from '../host/reader.ts'
import { splitWords } from '../host/split-words.ts'
import type { RunStep } from '../host/step.ts'
import type { ServiceArgs } from './_service-args.ts'
import { expandedWord } from './_words.ts'

/**
 * Services of a host that has no init system: a program started in a session of its own, and a file with its pid and,
 * behind it, the time it started (field 22 of proc(5)'s stat), so that a pid that now belongs to another process is
 * never taken for the service.
 */
export interface PidState {
  readonly running: boolean
  readonly pid: number
  readonly started: number
}

const nameOf = ({ name }: ServiceArgs): string => name ?? ''
export const pidfileOf = (args: ServiceArgs): string => args.pidfile ?? `/run/${nameOf(args)}.pid`
export const logOf = (args: ServiceArgs): string => args.log ?? `/var/log/${nameOf(args)}.log`

export async function probePid(args: ServiceArgs, reader: Reader): Promise<PidState> {
  const text = await reader.readText(pidfileOf(args))
  const [, pid, noted] = /^\s*(\d+)(?:\s+(\d+))?/.exec(text ?? '') ?? []
  const stat = pid === undefined ? undefined : await reader.readText(`/proc/${pid}/stat`)
  const [state, ...fields] = (stat ?? 'X')
    .replace(/^.*\) /s, '')
    .trim()
    .split(' ')
  const started = fields[18] ?? ''
  const same = state !== 'X' && state !== 'Z' && (noted === undefined || noted === started)
  return { running: same, pid: same ? Number(pid) : 0, started: same ? Number(started) : 0 }
}

/** Of a process: its state and the time it started. What stands in front of the last ) is its name, whatever that is. */
const STAT = sh`stat_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f "$2"; }`

export function startByPid(args: ServiceArgs): RunStep {
  const [pidfile, log] = [pidfileOf(args), logOf(args)]
  const words = splitWords(args.command ?? '').map(expandedWord)
  const program = words.reduce((before, word) => sh`${before} ${word}`, sh`exec`)
  // Its shell becomes the program, so that its pid is the program's; 3 leads to the pid file, whoever it runs as.
  const inner = joined(
    [STAT, sh`cd -- ${args.chdir} && echo "$$ $(stat_of $$ 20)" >&3 && exec 3>&- && ${program}`],
    '\n',
  )
  const launch = args.user === undefined ? sh`sh -c ${inner.text}` : sh`su -s /bin/sh ${args.user} -c ${inner.text}`
  return {
    kind: 'run',
    label: `start ${nameOf(args)}: ${args.command ?? ''}`,
    command: joined(
      [
        sh`umask 022; mkdir -p -- ${folderOf(pidfile)} ${folderOf(log)} && : >${`${pidfile}.new`} || exit`,
        sh`setsid ${launch} </dev/null >>${log} 2>&1 3>${`${pidfile}.new`} &`,
        sh`n=0; while [ ! -s ${`${pidfile}.new`} ] && kill -0 $! 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1 2>/dev/null || sleep 1; n=$((n+1)); done`,
        sh`[ -s ${`${pidfile}.new`} ] || { rm -f -- ${`${pidfile}.new`}; echo ${`it did not start: see ${log}`} >&2; exit 1; }`,
        sh`mv -f -- ${`${pidfile}.new`} ${pidfile}`,
      ],
      '\n',
    ),
    effects: [
      { effect: 'file', path: pidfile, content: 'unknown', mode: '0644' },
      { effect: 'unit', name: nameOf(args), active: true },
    ],
  }
}

export function stopByPid(args: ServiceArgs, { pid, started }: PidState): RunStep {
  const seconds = args.stop_timeout
  const late = args.kill
    ? sh`alive && kill -KILL ${pid} && sleep 1`
    : sh`alive && { echo ${`still running ${seconds} s after TERM (pid ${pid})`} >&2; exit 1; }`
  const alive = sh`alive() { [ "$(stat_of ${pid} 20)" = ${started} ] && [ "$(stat_of ${pid} 1)" != Z ]; }`
  return {
    kind: 'run',
    label: `stop ${nameOf(args)}: TERM to pid ${pid}`,
    command: joined(
      [
        STAT,
        alive,
        sh`alive && kill -TERM ${pid}`,
        sh`t=0.1 n=${seconds * 10}; sleep $t 2>/dev/null || { t=1 n=${seconds}; }`,
        sh`while alive && [ $n -gt 0 ]; do sleep $t; n=$((n-1)); done`,
        late,
        sh`rm -f -- ${pidfileOf(args)}`,
      ],
      '\n',
    ),
    timeout: seconds + 30,
    effects: [
      { effect: 'remove', path: pidfileOf(args) },
      { effect: 'unit', name: nameOf(args), active: false },
    ],
  }
}

export const reloadByPid = (args: ServiceArgs, { pid }: PidState): RunStep => ({
  kind: 'run',
  label: `reload ${nameOf(args)}: HUP to pid ${pid}`,
  command: sh`kill -HUP ${pid}`,
  effects: [],
})

export const pause = (seconds: number | undefined): readonly Command[] =>
  seconds === undefined || seconds <= 0 ? [] : [sh`sleep ${Math.ceil(seconds)}`]

const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'
