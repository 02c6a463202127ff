import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { controllerFiles } from '../controller/files.ts'
import { KplayError } from '../errors.ts'
import { kplay, prepare, type Request } from '../kplay.ts'
import { modules } from '../modules/index.ts'
import type { Files } from '../read/files.ts'
import type { Project } from '../read/project.ts'
import { adhocReporter, COMMANDS } from '../report/adhoc.ts'
import { jsonReporter } from '../report/json.ts'
import type { Reporter } from '../report/reporter.ts'
import type { ExecFlags } from './exec.ts'
import { EXIT, exitCodeOf } from './exit.ts'
import { standardOutput } from './output.ts'
import { printError, readSource } from './print-error.ts'
import { projectOf, sharedOptions, sharedRequest } from './request.ts'
import { openKeyring, warnBeside } from './vault-keyring.ts'
import { work } from './work.ts'

/** `kplay exec`: a play of one task, made in memory and run as any other. */
export async function execFromCommandLine(pattern: string, flags: ExecFlags): Promise<number> {
  const folder = resolve(flags.playbookDir ?? process.cwd())
  const project = projectOf(folder)
  const vault = await openKeyring({ flags, settings: project.settings, warn: warnBeside })
  const path = join(project.settings.playbookDir ?? folder, 'exec')
  const text = playFor(pattern, flags, project)
  const readText = (file: string): string | undefined => (file === path ? text : readSource(file))
  const files: Files = withText(controllerFiles(vault), path, text)
  const request: Request = {
    ...(await sharedRequest(flags, project)),
    playbooks: [path],
    options: {
      ...(await sharedOptions(flags, project, { reaching: !flags.listHosts })),
      allFacts: true,
      tags: [],
      skipTags: [],
      forceHandlers: false,
    },
  }
  try {
    if (flags.listHosts) {
      process.stdout.write(hostLines(request, files))
      return EXIT.ok
    }
    const reporter = openAdhoc(flags, request.options, project, readText)
    const kept = flags.tree === undefined ? reporter : keeping(reporter, resolve(flags.tree))
    return await work({ project, request, reporter: kept, vault }, (ports) => kplay(request, files, ports))
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    // The play is in no file: only here its lines are known.
    printError(error, readText)
    return exitCodeOf(error)
  }
}

function openAdhoc(
  { output, oneLine }: ExecFlags,
  options: Request['options'],
  { settings }: Project,
  readText: (file: string) => string | undefined,
): Reporter {
  const out = standardOutput(settings)
  if (output === 'json') return jsonReporter(out)
  const aside = { write: (text: string): void => void process.stderr.write(text) }
  return adhocReporter(out, aside, { ...options, readText, folder: process.cwd(), oneLine: oneLine === true })
}

/** The play as YAML, in lines that an error can point to. */
function playFor(pattern: string, flags: ExecFlags, { settings }: Project): string {
  // Who asks for hosts only need not say what to do with them.
  const module = flags.listHosts ? 'ping' : (flags.moduleName ?? settings.moduleName ?? 'command')
  const args = flags.listHosts ? '' : (flags.args ?? settings.moduleArgs ?? '').trim()
  const templated = /^\{\{.*\}\}$/s.test(module)
  if (!templated && !/^[\w.]+$/.test(module))
    throw new KplayError('BAD_OPTIONS', `${JSON.stringify(module)} is no module`)
  if (args === '' && COMMANDS.test(module))
    throw new KplayError('BAD_OPTIONS', `${module} needs something to run`, { hint: `kplay exec … -a 'uptime'` })
  const { background, poll, taskTimeout } = flags
  return [
    `- hosts: ${JSON.stringify(pattern)}`,
    '  gather_facts: false',
    '  tasks:',
    templated ? `  - action: ${JSON.stringify(`${module} ${args}`)}` : `  - ${module}:${argumentsOf(args)}`,
    ...(background === undefined ? [] : [`    async: ${background}`, `    poll: ${poll ?? 15}`]),
    ...(taskTimeout === undefined ? [] : [`    timeout: ${taskTimeout}`]),
    '',
  ].join('\n')
}

const argumentsOf = (args: string): string =>
  args === '' ? '' : ` ${/^\{(?!\{).*\}$/s.test(args) ? args : JSON.stringify(args)}`

/** Files with one more among them. */
const withText = (files: Files, path: string, text: string): Files => ({
  ...files,
  readText: (file) => (file === path ? text : files.readText(file)),
  exists: (file) => file === path || files.exists(file),
})

function hostLines(request: Request, files: Files): string {
  const { playbooks, hostsOf } = prepare(request, files, modules)
  const names = playbooks.flatMap(({ plays }) => plays.flatMap((play) => hostsOf(play).map(({ name }) => name)))
  return [`  hosts (${names.length}):`, ...names.map((name) => `    ${name}`), ''].join('\n')
}

/** Writes each result into a file named as its host. */
function keeping(reporter: Reporter, folder: string): Reporter {
  mkdirSync(folder, { recursive: true })
  return {
    listen(event) {
      reporter.listen(event)
      if (event.type !== 'result') return
      const { host, status, values, failure } = event.result
      const kept = {
        changed: status === 'changed',
        ...(failure && { msg: failure.error.message }),
        ...(values as object),
      }
      const json = JSON.stringify(kept, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
      writeFileSync(join(folder, host.replaceAll('/', '_')), `${json}\n`)
    },
    end: () => reporter.end(),
  }
}
