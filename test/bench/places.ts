import './own-lab.ts'
import { join } from 'node:path'
import { cacheFolder } from '../lab/places.ts'
import { repositoryFolder } from '../mirror/places.ts'

/** What is kept from one run to the next: the peers and the archives. */
export const benchCache = join(cacheFolder, 'bench')

/** Where a compiled file or a text of the benchmark stands. */
export const benchText = (...path: string[]): string => join(repositoryFolder(), 'test/bench', ...path)
export const benchProgram = (...path: string[]): string => join(repositoryFolder(), 'dist/test/bench', ...path)

/** The playbook of the guide, which the lab's tests share. */
export const guideFolder = join(repositoryFolder(), 'test/lab/peers')
