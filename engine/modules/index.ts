import type { Module, Registry } from '../module/define.ts'
import { command } from './command.ts'
import { file } from './file.ts'
import { shell } from './shell.ts'
import { stat } from './stat.ts'
import { symlink } from './symlink.ts'
import { sysctl } from './sysctl.ts'

/** Every module, by hand, so that "go to definition" works. A test compares the list with the folder. */
const all: readonly Module[] = [command, file, shell, stat, symlink, sysctl]

export const modules: Registry = new Map(all.map((module) => [module.name, module]))
