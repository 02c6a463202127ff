import type { Operations } from '../operation.ts'
import { coreFilters } from './core.ts'
import { dataFilters } from './data.ts'
import { dictFilters } from './dict.ts'
import { hashFilters } from './hash.ts'
import { listFilters } from './list.ts'
import { mathFilters } from './math.ts'
import { pathFilters } from './path.ts'
import { randomFilters } from './random.ts'
import { regexFilters } from './regex.ts'
import { selectFilters } from './select.ts'
import { sizeFilters } from './sizes.ts'
import { textFilters } from './text.ts'
import { timeFilters } from './time.ts'
import { urlFilters } from './url.ts'
import { vaultFilters } from './vault.ts'

/** Every filter by its name. */
export const filters: Operations = {
  ...coreFilters,
  ...dataFilters,
  ...dictFilters,
  ...hashFilters,
  ...listFilters,
  ...mathFilters,
  ...pathFilters,
  ...randomFilters,
  ...regexFilters,
  ...selectFilters,
  ...sizeFilters,
  ...textFilters,
  ...timeFilters,
  ...urlFilters,
  ...vaultFilters,
}
