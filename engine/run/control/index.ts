import { addHost } from './add-host.ts'
import { assert } from './assert.ts'
import { asyncStatus } from './async-status.ts'
import { debug } from './debug.ts'
import type { ControlModule } from './define.ts'
import { fail } from './fail.ts'
import { importRole, importTasks, includeRole, includeTasks } from './include.ts'
import { groupBy } from './group-by.ts'
import { includeVars } from './include-vars.ts'
import { meta } from './meta.ts'
import { pause } from './pause.ts'
import { ping } from './ping.ts'
import { setFact } from './set-fact.ts'
import { setStats } from './set-stats.ts'
import { setup } from './setup.ts'
import { validateArgumentSpec } from './validate-argument-spec.ts'
import { waitForConnection } from './wait-for-connection.ts'

/** Modules about the run itself. */
export const controls: ReadonlyMap<string, ControlModule> = new Map(
  [
    addHost,
    assert,
    asyncStatus,
    debug,
    fail,
    groupBy,
    importRole,
    importTasks,
    includeRole,
    includeTasks,
    includeVars,
    meta,
    pause,
    ping,
    setFact,
    setStats,
    setup,
    validateArgumentSpec,
    waitForConnection,
  ]
    .map((module): [string, ControlModule] => [module.name, module])
    .concat([['gather_facts', setup]]),
)
