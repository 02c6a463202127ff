import type { LanguageCase } from './cases.ts'

/** How a program ended. */
export interface Ended {
  readonly exit: number
  readonly output: string
}

/**
 * What is wrong with how a case ended; an empty list when nothing is. Exit codes above 1 are each program's own:
 * `exactly` asks for kplay's, else only zero and not zero are told apart.
 */
export function mistakesOf({ exit, says, never }: LanguageCase, ended: Ended, exactly: boolean): readonly string[] {
  const right = exactly ? ended.exit === exit : (ended.exit === 0) === (exit === 0)
  return [
    ...(right ? [] : [`ended with ${ended.exit}, not ${exit}`]),
    ...says.filter((text) => !ended.output.includes(text)).map((text) => `does not say: ${text}`),
    ...never.filter((text) => ended.output.includes(text)).map((text) => `says: ${text}`),
  ]
}
