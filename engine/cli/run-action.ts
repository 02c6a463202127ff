import { dirname, resolve } from 'node:path'
import { controllerFiles } from '../controller/files.ts'
import { kplay, prepare, type Request } from '../kplay.ts'
import { modules } from '../modules/index.ts'
import type { Project } from '../read/project.ts'
import { EXIT } from './exit.ts'
import { listing } from './list.ts'
import { openReporter } from './output.ts'
import { tellRemarks, tellWarning } from './remarks.ts'
import { projectOf, sharedOptions, sharedRequest } from './request.ts'
import type { RunFlags } from './run.ts'
import { stepping } from './step.ts'
import { openKeyring, warnBeside } from './vault-keyring.ts'
import { work } from './work.ts'

/** `kplay run`: flags and project become a request; events become text; the end becomes an exit code. */
export async function runFromCommandLine(playbooks: readonly string[], flags: RunFlags): Promise<number> {
  const paths = playbooks.map((path) => resolve(path))
  const project = projectOf(dirname(paths[0] ?? process.cwd()))
  const listed = flags.syntaxCheck || flags.listHosts || flags.listTasks || flags.listTags
  const request = await requestOf(paths, flags, project, { reaching: !listed })
  const vault = await openKeyring({ flags, settings: project.settings, warn: warnBeside })
  const files = controllerFiles(vault)
  if (listed) {
    tellRemarks(project)
    process.stdout.write(listing(prepare(request, { ...files, warn: tellWarning }, modules), flags))
    return EXIT.ok
  }
  const output = flags.step ? { output: 'plain' as const } : flags
  const reporter = await openReporter(output, request.options, project.settings)
  const confirm = flags.step && stepping()
  return work({ project, request, reporter, vault }, (ports) =>
    kplay(request, files, confirm ? { ...ports, confirm } : ports),
  )
}

async function requestOf(
  playbooks: readonly string[],
  flags: RunFlags,
  project: Project,
  asking: { readonly reaching: boolean },
): Promise<Request> {
  const { settings } = project
  const tags = flags.tags.length > 0 ? flags.tags : (settings.runTags ?? [])
  const skipTags = flags.skipTags.length > 0 ? flags.skipTags : (settings.skipTags ?? [])
  // Who asks which tags there are means all of them.
  const every = flags.listTags && tags.length + skipTags.length === 0
  return {
    ...(await sharedRequest(flags, project)),
    playbooks,
    typedTags: { tags: flags.tags, skipTags: flags.skipTags },
    options: {
      ...(await sharedOptions(flags, project, asking)),
      tags: every ? ['all', 'never'] : tags,
      skipTags,
      startAtTask: flags.startAtTask,
      forceHandlers: flags.forceHandlers ?? settings.forceHandlers ?? false,
    },
  }
}
