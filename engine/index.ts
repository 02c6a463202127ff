export { defineAlias, defineModule, defineRead } from './module/define.ts'
export { kplay, prepare, type Prepared, type Request } from './kplay.ts'
export type { Event } from './events.ts'
export { KplayError, KplayErrors } from './errors.ts'
