import type { Facts } from './facts.ts'
import type { Reader } from './reader.ts'
import type { Step, StepResult } from './step.ts'

/** How to reach a host, as its variables and the command line say. Undefined: as `ssh` itself would do it. */
export interface ConnectionSettings {
  /** The inventory name, for messages. */
  readonly host: string
  readonly kind: 'ssh' | 'openssh' | 'local'
  /** ansible_host; the inventory name where that is not given. May be an alias of ~/.ssh/config. */
  readonly address: string
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly privateKeyFile?: string | undefined
  /** Seconds to connect and log in; 10 by default. */
  readonly timeout: number
  /** ansible_ssh_common_args and -_extra_args, as words; only `openssh` understands them. */
  readonly sshArguments: readonly string[]
  readonly acceptNewHostKeys: boolean
  /** Told when the host was called and has yet to answer: there is time to think. */
  readonly begun?: (() => void) | undefined
  /** Further known_hosts files, before the user's own. */
  readonly knownHosts: readonly string[]
}

export interface Become {
  readonly method: 'sudo' | 'su'
  readonly user: string
  readonly password?: string | undefined
  /** Extra words for sudo or su. */
  readonly flags: readonly string[]
  /** Another program in their place, by path. */
  readonly program?: string | undefined
}

export interface StepOptions {
  /** Seconds after which the step's whole process group is ended on the host. */
  readonly timeout?: number | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** It need not wait for what other names of the machine do, nor they for it. */
  readonly aside?: boolean | undefined
  /** Called once the step is on its way, if whatever the machine is asked from now on is asked when it is over. */
  readonly sent?: (() => void) | undefined
  /** Called with bytes sent so far while a file is on its way. */
  progress?(sent: number, total: number): void
}

/** A machine as one user on it sees it: a session to ask and to act. */
export interface Target {
  /** Names the machine reached: the same for two inventory names of one machine. */
  readonly machine: string
  readonly reader: Reader
  /** The user this session runs as, and that user's home. */
  readonly user: string
  readonly home: string
  /** Where relative paths start; its home where nothing is said. */
  readonly folder?: string | undefined
  /** Runs one step. A non-zero exit is a result, not an error; a lost connection throws UNREACHABLE. */
  run(step: Step, options?: StepOptions): Promise<StepResult>
  /** Gathered once per machine, until something changes there. */
  facts(options?: FactsWanted): Promise<Facts>
}

/** What is asked about a machine; all of it where nothing is said. */
export interface FactsWanted {
  /** The facts by name, without their prefix, that somebody may read; others are left out where that saves work. */
  readonly read?: ReadonlySet<string> | undefined
  /** Ansible's gather_subset. */
  readonly subsets?: readonly string[] | undefined
  /** The folder of local facts. */
  readonly factPath?: string | undefined
  /** Seconds that a local fact may take that is a program. */
  readonly timeout?: number | undefined
  /** The words that start the machine's Python, where it has a certain one. */
  readonly python?: readonly string[] | undefined
  /** What programs find in their environment beside the login's, and what facts tell of it. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** All connections of a run. */
export interface Machines {
  /** Connects and logs in where that was not done yet. Throws UNREACHABLE, HOST_KEY, LOGIN_REFUSED or BECOME. */
  open(settings: ConnectionSettings, become?: Become): Promise<Target>
  /** The session that is open, or being opened; undefined where nobody has asked for one yet. */
  peek(settings: ConnectionSettings, become?: Become): Promise<Target | undefined>
  /** Forgets what readers remember of that machine, or of all: something there may have changed. */
  changed(machine?: string): void
  /** Something is waited for there: what was asked more than a moment ago is forgotten. */
  looksAnew(machine: string): void
  /**
   * What was waited for was there at once. What was asked before that was looked at is forgotten; of other machines,
   * what was asked more than a moment ago.
   */
  met(machine: string): void
  /** How often something was forgotten of that machine. */
  age(machine: string): number
  /** Ends the connection to that machine; whoever opens it again gets a new one. */
  disconnect(machine: string): Promise<void>
  /** Ends what still runs on all hosts: the second Ctrl-C. */
  abort(): void
  close(): Promise<void>
}

/** What a person is asked for, at most once each: passwords and passphrases. Undefined: there is no terminal. */
export type AskSecret = (prompt: string) => Promise<string | undefined>
