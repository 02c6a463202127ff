import { type Command, sh } from '../shell.ts'

/** What `within` leaves as exit code of what ran too long. */
export const ENDED: readonly number[] = [143, 137]

/**
 * Defines `within SECONDS COMMAND …`, with file descriptor 3 as its stdin: `timeout` is not everywhere, so a second
 * process keeps the time, in short sleeps, as the last of them outlives it. It is ended by KILL: a shell that was just
 * forked may lose any other signal.
 */
export const WITHIN: Command = sh`within() {
  limit=$1; shift
  "$@" <&3 & worker=$!
  (while [ "$limit" -gt 0 ]; do sleep 1; limit=$((limit - 1)); done
  kill "$worker"; sleep 1; kill -9 "$worker") </dev/null >/dev/null 2>&1 & watcher=$!
  wait "$worker"; code=$?
  { kill -9 "$watcher"; wait "$watcher"; } 2>/dev/null
  return "$code"
}`
