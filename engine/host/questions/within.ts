import { type Command, sh } from '../shell.ts'

/** What `within` leaves as exit code of what ran too long. */
export const ENDED = 143

/**
 * Defines `within SECONDS COMMAND …`, with file descriptor 3 as its stdin: `timeout` is not everywhere, so a second
 * process keeps the time; it takes its own sleep along when it goes.
 */
export const WITHIN: Command = sh`within() {
  limit=$1; shift
  "$@" <&3 & worker=$!
  (sleep "$limit" & sleeper=$!; trap 'kill "$sleeper"; exit 0' 15; wait "$sleeper"; kill "$worker") </dev/null >/dev/null 2>&1 & watcher=$!
  wait "$worker"; code=$?
  { kill "$watcher"; wait "$watcher"; } 2>/dev/null
  return "$code"
}`
