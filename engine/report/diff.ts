import { createTwoFilesPatch } from 'diff'
import type { Change } from '../model.ts'
import { safe, type Paint } from './style.ts'

const MOST_LINES = 200

/** What differs, as lines: texts by unified diff, everything else as `key: from → to`. */
export function renderChanges(changes: readonly Change[], paint: Paint): string {
  return changes.map((change) => (change.text ? renderText(change, paint) : renderRow(change, paint))).join('\n')
}

function renderRow({ key, from, to }: Change, paint: Paint): string {
  const shown = (value: string | null): string => (value === null ? 'absent' : value === '' ? '""' : safe(value))
  return `${key}: ${paint('red', shown(from))} → ${paint('green', shown(to))}`
}

function renderText({ key, from, to }: Change, paint: Paint): string {
  const patch = createTwoFilesPatch(
    from === null ? 'absent' : 'now',
    to === null ? 'absent' : 'wanted',
    from ?? '',
    to ?? '',
    undefined,
    undefined,
    { context: 3 },
  )
  const lines = patch
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !line.startsWith('===='))
  const painted = lines.slice(0, MOST_LINES).map((line) => {
    const text = safe(line)
    if (line.startsWith('---') || line.startsWith('+++')) return paint('bold', text)
    return line.startsWith('+')
      ? paint('green', text)
      : line.startsWith('-')
        ? paint('red', text)
        : line.startsWith('@@')
          ? paint('cyan', text)
          : text
  })
  const rest = lines.length - MOST_LINES
  return [`${key}:`, ...painted, ...(rest > 0 ? [`… ${rest} more lines`] : [])].join('\n')
}
