import { type Command, sh } from './shell.ts'

/**
 * Writes one file or folder out to the disk, so that it survives a power cut. A `sync` that takes no operand, or may
 * not open it, is told to write out everything; a disk that fails is a failure, as a second try would not say so.
 */
export const synced = (path: string | Command): Command =>
  sh`{ said=$(LC_ALL=C sync -- ${path} 2>&1) || case $said in
*'Input/output error'*|*'No space left'*|*'quota exceeded'*) printf '%s\\n' "$said" >&2; false ;;
*) sync ;;
esac; }`
