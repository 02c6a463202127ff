import { readFileSync } from 'node:fs'
import type { KplayError } from '../errors.ts'
import { renderError } from '../report/error.ts'
import { painter } from '../report/style.ts'
import { isVault } from '../vault/envelope.ts'

/**
 * Text of a controller file for the line an error stands in; undefined where it cannot be read. What a vault encrypts
 * has no lines to show but its first.
 */
export function readSource(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return isVault(text) ? text.split('\n')[0] : text
  } catch {
    return undefined
  }
}

export const wantsColour = (stream: NodeJS.WriteStream): boolean => {
  if (process.env['NO_COLOR']) return false
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
}

/** @param readText where the lines are that an error points to */
export function printError(error: KplayError, readText = readSource): void {
  const paint = painter(wantsColour(process.stderr))
  process.stderr.write(`${renderError(error, { readText, folder: process.cwd() }, paint)}\n`)
}
