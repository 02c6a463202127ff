import { dirname, resolve } from 'node:path'
import { controllerFiles } from '../controller/files.ts'
import { openController } from '../controller/open.ts'
import { prepare, type Request } from '../kplay.ts'
import { modules } from '../modules/index.ts'
import { explanationJson, renderExplanation } from '../report/explanation.ts'
import { painter } from '../report/style.ts'
import { explainVariable } from '../run/explain/explain.ts'
import { viewpointsOf } from '../run/explain/standings.ts'
import { stillRun } from '../run/explain/still.ts'
import { settled } from '../values/suspend.ts'
import { EXIT } from './exit.ts'
import type { ExplainFlags } from './explain.ts'
import { factCacheOf } from './fact-cache.ts'
import { NONE } from './flags.ts'
import { readSource, wantsColour } from './print-error.ts'
import { tellRemarks } from './remarks.ts'
import { projectOf, sharedOptions, sharedRequest } from './request.ts'
import { openKeyring, warnBeside } from './vault-keyring.ts'

/** `kplay explain var`: reads what a run would read, contacts nobody, prints where a value comes from. */
export async function explainFromCommandLine(
  name: string,
  playbooks: readonly string[],
  flags: ExplainFlags,
): Promise<number> {
  const paths = playbooks.map((path) => resolve(path))
  const folder = dirname(paths[0] ?? resolve('none'))
  const project = projectOf(folder)
  const vault = await openKeyring({ flags, settings: project.settings, warn: warnBeside })
  const given = { ...NONE, ...flags, verbose: 0 }
  const request: Request = {
    ...(await sharedRequest(given, project)),
    playbooks: paths,
    options: {
      ...(await sharedOptions(given, project, { reaching: false })),
      tags: flags.tags,
      skipTags: flags.skipTags,
      forceHandlers: false,
    },
  }
  tellRemarks(project)
  const prepared = prepare(request, controllerFiles(vault), modules)
  const { filesAt, local, readVars } = openController({ vault, warn: warnBeside })
  const emit = (event: { readonly type: string; readonly message?: string }): void => {
    if (event.type === 'warning') warnBeside(event.message ?? '')
  }
  const factCache = factCacheOf(project.settings, emit)
  const ports = { registry: modules, emit, filesFor: filesAt, local, readVars, factCache, vault }
  const still = stillRun(prepared, prepared.options, folder, ports)
  const host = still.host(flags.host)
  const viewpoints = viewpointsOf(host, still.plays, still.context, flags.task)
  const explained = await settled(() => explainVariable(name, host.name, viewpoints, (text) => vault.mask(text)))
  const paint = painter(wantsColour(process.stdout))
  const options = { readText: readSource, folder: process.cwd() }
  const shown = explained.map((each) => `${renderExplanation(each, options, paint)}\n`).join('\n')
  process.stdout.write(flags.json ? explanationJson(explained) : shown)
  return EXIT.ok
}
