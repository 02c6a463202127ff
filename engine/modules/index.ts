import type { Module, Registry } from '../module/define.ts'
import { stat } from './stat.ts'

/** Every module, by hand, so that "go to definition" works. A test compares the list with the folder. */
const all: readonly Module[] = [stat]

export const modules: Registry = new Map(all.map((module) => [module.name, module]))
