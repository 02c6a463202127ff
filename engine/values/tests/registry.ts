import type { Operations } from '../operation.ts'
import { dataTests } from './data.ts'
import { fileTests } from './file.ts'
import { resultTests } from './result.ts'
import { versionTests } from './version.ts'

/** Every test by its name. */
export const tests: Operations<boolean> = { ...dataTests, ...fileTests, ...resultTests, ...versionTests }
