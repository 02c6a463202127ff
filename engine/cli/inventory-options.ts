import { runInventoryScripts } from '../controller/inventory-scripts.ts'
import type { InventoryRequest } from '../kplay.ts'
import type { Files } from '../read/files.ts'
import type { GroupNames } from '../read/inventory/names.ts'
import type { Project } from '../read/project.ts'

/** How the inventory is read, as the project says; the programs among its sources are run. */
export async function inventoryOptions(
  sources: readonly string[],
  { settings }: Project,
  files: Files,
): Promise<InventoryRequest> {
  const ignored = { extensions: settings.inventoryIgnoreExtensions, patterns: settings.inventoryIgnorePatterns }
  const askScripts = () => runInventoryScripts(sources, files, ignored)
  return {
    groupNames: settings.forceValidGroupNames as GroupNames | undefined,
    trustScripts: settings.trustInventoryScripts,
    mergeDicts: settings.hashBehaviour === 'merge',
    ignored,
    silent: {
      any: settings.inventoryAnyUnparsedIsFailed === true,
      all: settings.inventoryUnparsedIsFailed === true,
    },
    scripts: await askScripts(),
    askScripts,
  }
}
