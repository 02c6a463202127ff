import type { Conditions, Keywords, Written } from '../model.ts'
import type { Raw, Value } from '../value.ts'
import { evaluate, OMIT } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { sourceOf } from './source.ts'
import type { PlannedTask } from './plan.ts'

/** Keywords of one value by Ansible's names; what nobody says has the value at the end. */
const KEYWORDS: readonly (readonly [string, keyof Keywords, Value])[] = [
  ['any_errors_fatal', 'anyErrorsFatal', false],
  ['become', 'become', false],
  ['become_exe', 'becomeExe', null],
  ['become_flags', 'becomeFlags', null],
  ['become_method', 'becomeMethod', 'sudo'],
  ['become_user', 'becomeUser', null],
  ['check_mode', 'checkMode', null],
  ['connection', 'connection', null],
  ['delegate_facts', 'delegateFacts', null],
  ['delegate_to', 'delegateTo', null],
  ['diff', 'diff', null],
  ['ignore_errors', 'ignoreErrors', null],
  ['ignore_unreachable', 'ignoreUnreachable', null],
  ['no_log', 'noLog', false],
  ['port', 'port', null],
  ['remote_user', 'remoteUser', null],
  ['run_once', 'runOnce', null],
  ['throttle', 'throttle', 0],
  ['timeout', 'timeout', 0],
]

/** A task as `ansible_failed_task` shows it: its keywords by Ansible's names, rendered where that can be done. */
export function taskDict({ task, chain, info }: PlannedTask, scope: Scope): Value {
  const rendered = (raw: Raw): Value => {
    try {
      const value = evaluate(raw, scope)
      return value === OMIT ? null : value
    } catch {
      return asWritten(raw)
    }
  }
  const given = (written: Written | undefined, fallback: Value): Value => (written ? rendered(written.value) : fallback)
  const nearest = (key: keyof Keywords): Written | undefined =>
    chain.keywords.findLast((keywords) => keywords[key] !== undefined)?.[key] as Written | undefined
  const conditions = (list: Conditions = []): Value => list.map(({ value }) => sourceOf(value))
  const args = [...task.args].map(([name, { value }]): [Value, Value] => [name, rendered(value)])
  return new Map<Value, Value>([
    ['name', given(task.name, info.name)],
    ['action', task.action],
    ['_resolved_action', task.action.includes('.') ? task.action : `ansible.builtin.${task.action}`],
    ['args', new Map(args)],
    ['register', task.register === undefined ? null : task.register],
    ['when', chain.keywords.flatMap(({ when }) => when).map(({ value }) => sourceOf(value))],
    ['tags', chain.keywords.flatMap(({ tags }) => tags).map((tag) => rendered(tag))],
    ['notify', task.notify.map(({ value }) => rendered(value))],
    ['loop', given(task.loop, null)],
    ['loop_with', task.loopLookup ?? null],
    ['until', conditions(task.until)],
    ['retries', given(task.retries, null)],
    ['delay', given(task.delay, 5)],
    ['changed_when', conditions(task.changedWhen)],
    ['failed_when', conditions(task.failedWhen)],
    ['async', given(task.async, 0)],
    ['async_val', given(task.async, 0)],
    ['poll', given(task.poll, 15)],
    ['vars', new Map([...task.keywords.vars].map(([name, { value }]): [Value, Value] => [name, rendered(value)]))],
    ...KEYWORDS.map(([name, key, fallback]): [Value, Value] => [name, given(nearest(key), fallback)]),
  ])
}

/** With its templates as text. */
function asWritten(raw: Raw): Value {
  if (raw instanceof Map)
    return new Map([...(raw as ReadonlyMap<Value, Raw>)].map(([key, item]): [Value, Value] => [key, asWritten(item)]))
  return Array.isArray(raw) ? (raw as readonly Raw[]).map(asWritten) : sourceOf(raw)
}
