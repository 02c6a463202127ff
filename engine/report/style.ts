import { styleText } from 'node:util'
import type { OutcomeStatus } from '../model.ts'

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export const painter = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text) : (_, text) => text

export const STATUS_STYLE: Readonly<Record<OutcomeStatus | 'ignored', Style>> = {
  ok: 'green',
  changed: 'yellow',
  skipped: 'cyan',
  failed: 'red',
  unreachable: 'red',
  maybe: 'magenta',
  ignored: 'cyan',
}

/** Control characters from a host never reach a terminal as such. */
export const safe = (text: string): string =>
  text.replace(/(?![\n\t])\p{Cc}/gu, (char) =>
    char === '\r' ? '' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

export const seconds = (milliseconds: number): string => {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const whole = Math.round(milliseconds / 1000)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`
}

export const indent = (text: string, by: string): string => text.replace(/^(?=.)/gm, by)
