import { Float } from '../value.ts'
import { Callable } from './call.ts'
import { Special } from './operand.ts'
import type { Operand } from './operand.ts'
import { floatText } from './print.ts'
import { strftime } from './strftime.ts'

const DAY = 86_400

/** A moment without a time zone, as Python's datetime; fields count as if it were UTC. */
export class DateTime extends Special {
  readonly typeName = 'datetime'
  /** Microseconds since 1970. */
  readonly microseconds: number

  constructor(microseconds: number) {
    super()
    this.microseconds = microseconds
  }

  static now(date: Date, utc: boolean): DateTime {
    const offset = utc ? 0 : date.getTimezoneOffset() * 60_000
    return new DateTime((date.getTime() - offset) * 1000)
  }

  get date(): Date {
    return new Date(Math.floor(this.microseconds / 1000))
  }

  /** The part of the second, in microseconds. */
  get fraction(): number {
    return ((this.microseconds % 1e6) + 1e6) % 1e6
  }

  format(pattern: string): string {
    return strftime(pattern, this.date, this.fraction)
  }

  override print(): string {
    return this.format(this.fraction === 0 ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d %H:%M:%S.%f')
  }

  override minus(other: Operand): Operand | undefined {
    if (other instanceof DateTime) return new Duration(this.microseconds - other.microseconds)
    return other instanceof Duration ? new DateTime(this.microseconds - other.microseconds) : undefined
  }

  override plus(other: Operand): Operand | undefined {
    return other instanceof Duration ? new DateTime(this.microseconds + other.microseconds) : undefined
  }

  override order(other: Operand): number | undefined {
    return other instanceof DateTime ? this.microseconds - other.microseconds : undefined
  }

  override attribute(name: string): Operand | undefined {
    const { date } = this
    switch (name) {
      case 'year':
        return date.getUTCFullYear()
      case 'month':
        return date.getUTCMonth() + 1
      case 'day':
        return date.getUTCDate()
      case 'hour':
        return date.getUTCHours()
      case 'minute':
        return date.getUTCMinutes()
      case 'second':
        return date.getUTCSeconds()
      case 'microsecond':
        return this.fraction
      case 'strftime':
        return new Callable(name, ({ positional: [pattern] }) =>
          this.format(typeof pattern === 'string' ? pattern : ''),
        )
      case 'isoformat':
        return new Callable(name, () => this.print().replace(' ', 'T'))
      case 'timestamp':
        return new Callable(name, () => new Float(this.microseconds / 1e6 + date.getTimezoneOffset() * 60))
      case 'weekday':
        return new Callable(name, () => (date.getUTCDay() + 6) % 7)
      case 'isoweekday':
        return new Callable(name, () => date.getUTCDay() || 7)
      case 'date':
        return new Callable(name, () => new DateTime(Math.floor(this.microseconds / (DAY * 1e6)) * DAY * 1e6))
      default:
        return undefined
    }
  }
}

/** The time between two moments, as Python's timedelta. */
export class Duration extends Special {
  readonly typeName = 'timedelta'
  readonly microseconds: number

  constructor(microseconds: number) {
    super()
    this.microseconds = microseconds
  }

  private get days(): number {
    return Math.floor(this.microseconds / (DAY * 1e6))
  }

  private get rest(): number {
    return this.microseconds - this.days * DAY * 1e6
  }

  override attribute(name: string): Operand | undefined {
    if (name === 'days') return this.days
    if (name === 'seconds') return Math.floor(this.rest / 1e6)
    if (name === 'microseconds') return this.rest % 1e6
    return name === 'total_seconds' ? new Callable(name, () => new Float(this.microseconds / 1e6)) : undefined
  }

  override print(): string {
    const seconds = Math.floor(this.rest / 1e6)
    const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    const [hours, ...others] = clock.map((part) => String(part))
    const time = [hours, ...others.map((part) => part.padStart(2, '0'))].join(':')
    const fraction =
      this.rest % 1e6 === 0
        ? ''
        : floatText((this.rest % 1e6) / 1e6)
            .slice(1)
            .padEnd(7, '0')
    const days = this.days === 0 ? '' : `${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}, `
    return days + time + fraction
  }

  override plus(other: Operand): Operand | undefined {
    if (other instanceof Duration) return new Duration(this.microseconds + other.microseconds)
    return other instanceof DateTime ? other.plus(this) : undefined
  }

  override minus(other: Operand): Operand | undefined {
    return other instanceof Duration ? new Duration(this.microseconds - other.microseconds) : undefined
  }

  override order(other: Operand): number | undefined {
    return other instanceof Duration ? this.microseconds - other.microseconds : undefined
  }
}
