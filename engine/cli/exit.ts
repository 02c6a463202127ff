import type { ErrorCode, KplayError } from '../errors.ts'

/** 0 all well, 1 kplay could not start, 2 a host failed, 3 a host was unreachable, 4 bad playbooks or options. */
export const EXIT = { ok: 0, noStart: 1, hostFailed: 2, unreachable: 3, badInput: 4 } as const

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'BAD_OPTIONS',
  'BAD_YAML',
  'BAD_ARGS',
  'BAD_TEMPLATE',
  'UNDEFINED',
  'EVALUATION',
  'NOT_FOUND',
  'VAULT',
  'UNKNOWN_MODULE',
])

/** Of an error that ended a run before any host was at work. */
export const exitCodeOf = ({ code }: KplayError): number => (BAD_INPUT.has(code) ? EXIT.badInput : EXIT.noStart)
