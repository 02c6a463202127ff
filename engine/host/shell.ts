/** A shell command whose every value is quoted. Built by the `sh` tag and nothing else; a session takes nothing else. */
export class Command {
  readonly #made = true
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /** For `sh`, `joined` and `userScript` only. */
  static of(text: string): Command {
    return new Command(text)
  }

  static is(value: unknown): value is Command {
    return typeof value === 'object' && value !== null && #made in value
  }
}

/** POSIX single quotes. zx's own `quote` writes $'…', which dash does not read. A NUL cannot stand in an argument. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new RangeError('a NUL byte cannot be part of a shell word')
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

type Word = string | number | Command | readonly (string | number)[]

/**
 * sh`ln -s -- ${target} ${path}`: the template is trusted, the values are not. A list becomes several words; a
 * Command is put in as it is. Operands that come from outside stand after `--`.
 */
export function sh(parts: TemplateStringsArray, ...values: Word[]): Command {
  const words = values.map((value) => {
    if (Command.is(value)) return value.text
    return typeof value === 'object' ? value.map((word) => quote(String(word))).join(' ') : quote(String(value))
  })
  return Command.of(String.raw({ raw: parts }, ...words))
}

/** Commands one after the other, joined by `separator` (default: stop at the first that fails). */
export function joined(
  commands: readonly Command[],
  separator: ' && ' | '\n' | '; ' | ' | ' | ' ' | '' = ' && ',
): Command {
  return Command.of(commands.map(({ text }) => text).join(separator))
}

/** What the author of a playbook wrote for a shell to run: the one place where text becomes a command. */
export const userScript = (text: string): Command => Command.of(text)
