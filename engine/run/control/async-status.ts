import { KplayError } from '../../errors.ts'
import { eraseJob, readJob, type JobState } from '../../host/job.ts'
import { choice, text } from '../../schema/field.ts'
import type { Plain } from '../../value.ts'
import { defineControl, type ControlAnswer, type ControlContext } from './define.ts'

export const asyncStatus = defineControl({
  name: 'async_status',
  summary: 'Tells how far a task with async and poll: 0 is.',
  notes:
    'A command, shell or script goes on by itself on the host, in `~/.ansible_async` (or `ansible_async_dir`), and a later run may ask for it. Any other module goes on in the controller: only the same run can ask for it, and its end waits for it.',
  args: {
    jid: text({ help: 'What the task registered as ansible_job_id.', pattern: /^[\w.-]+$/ }),
    mode: choice(['status', 'cleanup'], { default: 'status', help: 'Whether to look, or to forget the job.' }),
  },
  examples: [
    { title: 'Wait for it', args: { jid: '{{ upgrade.ansible_job_id }}' } },
    { title: 'Forget it', args: { jid: '{{ upgrade.ansible_job_id }}', mode: 'cleanup' } },
  ],
  async run({ jid, mode }, context) {
    const { jobs, machines } = context.run
    const about = { ansible_job_id: jid, started: mode === 'status', finished: false, ...SILENT }
    const here = jobs.ask(jid)
    if (here !== undefined && mode === 'cleanup') {
      if (!context.checking) jobs.forget(jid)
      return { values: { ...about, erased: '' } }
    }
    if (here === 'running') return { values: { ...about, results_file: '' } }
    if (here) return finished({ ...about, results_file: '', ...here.values }, here.failed)

    const target = await context.target()
    const path = context.jobPath(jid, target.home)
    const state = await readJob(() => {
      machines.changed(target.machine)
      return target.reader
    }, path)
    if (!state) return missing({ ...about, started: true, results_file: path })
    return mode === 'cleanup' ? cleanup(path, about, context) : statusOf(state, { ...about, results_file: path })
  },
})

type Values = Readonly<Record<string, Plain>>

const SILENT = { stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }

const missing = (values: Values): ControlAnswer =>
  finished({ ...values, msg: 'could not find job' }, 'could not find job')

async function cleanup(path: string, values: Values, { checking, target }: ControlContext): Promise<ControlAnswer> {
  if (!checking) await (await target()).run(eraseJob(path))
  return { values: { ...values, erased: path } }
}

function statusOf({ values, end, lost }: JobState, about: Values): ControlAnswer {
  if (lost) {
    const message = `the job ended without a result: it was killed, or the host was restarted`
    return finished({ ...about, ...values, msg: message }, message)
  }
  if (!end) return { values: about }
  const { code, late, started, ended } = end
  const output = { stdout: end.stdout.replace(/[\r\n]+$/, ''), stderr: end.stderr.replace(/[\r\n]+$/, '') }
  const failed = late
    ? `Job reached maximum time limit of ${Math.round((ended - started) / 1000)} seconds.`
    : code === 0
      ? undefined
      : 'The command exited with a non-zero return code.'
  const lines = { stdout_lines: linesOf(output.stdout), stderr_lines: linesOf(output.stderr) }
  const times = { start: moment(started), end: moment(ended), delta: duration(ended - started) }
  const result = { ...about, ...values, rc: code, ...output, ...lines, ...times, changed: true }
  return finished({ ...result, ...(failed !== undefined && { msg: failed }) }, failed)
}

function finished(values: Values, failed: string | undefined): ControlAnswer {
  const told = { ...values, finished: true }
  if (failed !== undefined) return { status: 'failed', values: told, error: new KplayError('COMMAND_FAILED', failed) }
  return { status: values['changed'] === true ? 'changed' : 'ok', values: told }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/\r\n|[\n\r]/))

/** As Python prints a datetime and a timedelta. */
const moment = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000')
const duration = (milliseconds: number): string =>
  `${Math.floor(milliseconds / 3_600_000)}:${new Date(milliseconds).toISOString().slice(14, 19)}.000000`
