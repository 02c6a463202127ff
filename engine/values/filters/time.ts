import { DateTime } from '../moment.ts'
import { isNumeric, toNumber } from '../numbers.ts'
import { failure } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { strftime } from '../strftime.ts'
import { parseTime } from '../strptime.ts'
import { toFloat } from './core.ts'

export const timeFilters: Operations = {
  to_datetime: operation(
    'format',
    (call) => new DateTime(parseTime(call.text, call.string('format', '%Y-%m-%d %H:%M:%S'))),
  ),
  strftime: operation('second utc', (call) => {
    const moment = call.get('second')
    const seconds = isNumeric(moment) ? toNumber(moment) : moment === null ? undefined : toFloat(moment)?.value
    if (moment !== null && seconds === undefined) throw failure('strftime needs seconds since 1970 as a number')
    const date = seconds === undefined ? (call.around.variables.ports.now?.() ?? new Date()) : new Date(seconds * 1000)
    const offset = call.flag('utc') ? 0 : date.getTimezoneOffset()
    const shifted = new Date(date.getTime() - offset * 60_000)
    const sign = offset > 0 ? '-' : '+'
    const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
      String(part).padStart(2, '0'),
    )
    const zone = { name: call.flag('utc') ? 'UTC' : zoneName(date), offset: `${sign}${hours ?? ''}${minutes ?? ''}` }
    return strftime(call.text, shifted, 0, zone).replaceAll('%s', String(Math.floor(date.getTime() / 1000)))
  }),
}

const zoneName = (date: Date): string =>
  new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')?.value ?? ''
