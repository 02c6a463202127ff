import { openFactCache } from '../controller/fact-cache.ts'
import type { Emit } from '../events.ts'
import type { Settings } from '../read/project.ts'
import type { FactCache } from '../run/known-facts.ts'

/** A day, as in Ansible. */
const TIMEOUT = 86_400

/** The cache that `fact_caching` asks for; undefined: facts live as long as the run. */
export function factCacheOf(settings: Settings, emit: Emit): FactCache | undefined {
  const kind = (settings.factCaching ?? 'memory').replace(/^ansible\.builtin\./, '')
  const folder = settings.factCachingConnection
  const warn = (message: string): void => emit({ type: 'warning', message })
  if (kind === 'memory') return undefined
  if (kind !== 'jsonfile') {
    warn(`fact_caching: ${kind} is not known here, so facts live as long as the run; known are memory and jsonfile`)
    return undefined
  }
  if (folder === undefined) {
    warn('fact_caching: jsonfile needs fact_caching_connection, a folder; without it facts live as long as the run')
    return undefined
  }
  const { factCachingPrefix: prefix = '', factCachingTimeout: timeout = TIMEOUT } = settings
  return openFactCache({ folder, prefix, timeout, warn })
}
