import { KplayError, Problems, type Place } from '../errors.ts'
import { splitWords } from '../host/split-words.ts'
import type { Become, ConnectionSettings, Target } from '../host/target.ts'
import type { Written } from '../model.ts'
import { evaluate, evaluateText, OMIT } from '../values/template.ts'
import type { Files } from '../read/files.ts'
import type { Scope } from '../values/scope.ts'
import { asFlag, Written as WrittenValue } from '../schema/coerce.ts'
import type { Raw } from '../value.ts'
import { nearest, said, type Chain } from './chain.ts'
import type { RunContext } from './context.ts'

/** How to reach a host for one task: variables win over keywords, keywords over the command line, as in Ansible. */
export function settingsOf(host: string, chain: Chain, scope: Scope, context: RunContext): ConnectionSettings {
  const { connection } = context.options
  const variable = (...names: string[]): string | undefined => firstText(scope, names)
  const keyword = (key: 'connection' | 'remoteUser' | 'port'): string | undefined =>
    textOf(said(chain, key, scope), scope)
  const kind = variable('ansible_connection') ?? keyword('connection') ?? connection.kind ?? 'ssh'
  const port = variable('ansible_port', 'ansible_ssh_port') ?? keyword('port')
  const words = SSH_ARGUMENTS.flatMap((name) => {
    const own = variable(`ansible_ssh_${name === 'args' ? name : `${name}_args`}`)
    return own === undefined ? (connection.sshArguments?.[name] ?? []) : splitWords(own)
  })
  return {
    host,
    kind: connectionKind(kind),
    address: variable('ansible_host', 'ansible_ssh_host') ?? host,
    port: port === undefined ? connection.port : wholeNumber('ansible_port', port),
    user: variable('ansible_user', 'ansible_ssh_user') ?? keyword('remoteUser') ?? connection.user,
    password: variable('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password') ?? connection.password,
    privateKeyFile: variable('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? connection.privateKeyFile,
    timeout: Number(variable('ansible_timeout', 'ansible_ssh_timeout') ?? connection.timeout),
    sshArguments: words,
    acceptNewHostKeys: connection.acceptNewHostKeys || variable('ansible_host_key_checking')?.toLowerCase() === 'false',
    knownHosts: connection.knownHosts,
  }
}

const SSH_ARGUMENTS = ['args', 'common', 'extra'] as const

const KINDS: Readonly<Record<string, ConnectionSettings['kind']>> = {
  ssh: 'ssh',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
  openssh: 'openssh',
  local: 'local',
}

function connectionKind(kind: string): ConnectionSettings['kind'] {
  const known = KINDS[kind.replace(/^ansible\.builtin\./, '')]
  if (known) return known
  throw new KplayError('BAD_OPTIONS', `unknown connection ${kind}`, { hint: 'known: ssh, openssh, local' })
}

function methodOf(name: string, place?: Place): Become['method'] {
  if (name === 'sudo' || name === 'su') return name
  throw new KplayError('BAD_OPTIONS', `unknown become method ${name}`, { hint: 'known: sudo, su', place })
}

/** Finds what the command line says wrongly about all hosts, before any of them is contacted. */
export function checkConnection(
  { kind, becomeMethod, privateKeyFile }: Connection,
  files: Pick<Files, 'exists'>,
): void {
  const problems = new Problems()
  if (kind !== undefined) problems.collect(() => connectionKind(kind))
  if (becomeMethod !== undefined) problems.collect(() => methodOf(becomeMethod))
  if (privateKeyFile !== undefined && !privateKeyFile.startsWith('~') && !files.exists(privateKeyFile))
    problems.add('NOT_FOUND', `there is no key file ${privateKeyFile}`, { hint: 'see --private-key' })
  problems.throwIfAny()
}

type Connection = RunContext['options']['connection']

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0 && value < 65536) return value
  throw new KplayError('BAD_OPTIONS', `${name} must be a port number, not ${text}`)
}

/** Whether and how a task becomes another user. */
export function becomeOf(chain: Chain, scope: Scope, context: RunContext): Become | undefined {
  const { connection } = context.options
  const variable = (...names: string[]): string | undefined => firstText(scope, names)
  const keyword = (key: 'becomeUser' | 'becomeMethod' | 'becomeFlags' | 'becomeExe'): string | undefined =>
    textOf(said(chain, key, scope), scope)
  const wish = scope.lookup('ansible_become')?.value ?? said(chain, 'become', scope)?.value ?? connection.become
  if (!flagOf(wish, scope, 'become')) return undefined
  const named = variable('ansible_become_method') ?? keyword('becomeMethod') ?? connection.becomeMethod ?? 'sudo'
  const method = methodOf(named, nearest(chain, 'becomeMethod')?.place)
  return {
    method,
    user: variable('ansible_become_user') ?? keyword('becomeUser') ?? connection.becomeUser ?? 'root',
    password:
      variable('ansible_become_password', 'ansible_become_pass', `ansible_${method}_pass`) ?? connection.becomePassword,
    flags: splitWords(variable('ansible_become_flags') ?? keyword('becomeFlags') ?? connection.becomeFlags ?? ''),
    program: variable('ansible_become_exe') ?? keyword('becomeExe') ?? connection.becomeExe,
  }
}

/** A keyword that is yes or no, perhaps by template. @param omitted what it is where that comes out as `omit` */
export function flagOf(raw: Raw, scope: Scope, name: string, omitted = false): boolean {
  const value = evaluate(raw, scope)
  if (value === OMIT) return omitted
  const parsed = asFlag.safeParse(new WrittenValue(value))
  if (parsed.success) return parsed.data
  throw new KplayError('EVALUATION', `${name} ${parsed.error.issues[0]?.message ?? 'must be true or false'}`)
}

/** A keyword that is text, perhaps by template; undefined where it is not given, or comes out as `omit`. */
export const textOf = (written: Written | undefined, scope: Scope): string | undefined =>
  written === undefined || evaluate(written.value, scope) === OMIT ? undefined : evaluateText(written.value, scope)

function firstText(scope: Scope, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = scope.winner(name)
    // What is below all variables is only told to them.
    if (found && found.level !== 1 && found.variable.value !== null) return evaluateText(found.variable.value, scope)
  }
  return undefined
}

/** The words of `ansible_python_interpreter`; undefined where it is not given, or the host is to be searched for one. */
export function interpreterOf(scope: Scope): readonly string[] | undefined {
  const named = firstText(scope, ['ansible_python_interpreter'])
  return named?.startsWith('/') ? splitWords(named) : undefined
}

export const open = (settings: ConnectionSettings, become: Become | undefined, context: RunContext): Promise<Target> =>
  become ? context.machines.open(settings, become) : context.machines.open(settings)
