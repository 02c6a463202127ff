import type { Place, Problems } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { CfgEntry } from './cfg.ts'
import { ELSEWHERE, FIXED } from './fixed.ts'
import { readSetting, type Base, type Environment, type Given } from './kinds.ts'
import { ownName, SETTINGS, type Settings } from './known.ts'
import { MEANINGLESS, MEANINGLESS_VARIABLES } from './meaningless.ts'

/** Something about a setting that stops nobody. */
export interface Remark {
  readonly message: string
  readonly place?: Place | undefined
}

/** Settings as they are gathered from one source after the other, the weakest first. */
export class Gathering {
  readonly settings: { -readonly [Name in keyof Settings]: Settings[Name] } = {}
  readonly remarks: Remark[] = []
  /** Keys and variables that mean nothing here, by where they were found. */
  readonly meaningless = new Map<string, string[]>()
  readonly problems: Problems

  constructor(problems: Problems) {
    this.problems = problems
  }

  /** One setting of kplay.yml. */
  own(name: string, keyPlace: Place, given: Given, base: Base): void {
    const field = FIELDS.find((each) => ownName(each) === name)
    if (field) return this.#set(field, name, given, base)
    this.problems.add('BAD_OPTIONS', `unknown setting ${name}`, {
      place: keyPlace,
      hint: didYouMean(name, OWN_NAMES) ?? `known: ${OWN_NAMES.join(', ')}`,
    })
  }

  /** All of an ansible.cfg. */
  cfg(entries: readonly CfgEntry[], base: Base): void {
    for (const { section, key, text, keyPlace, place } of inOrder(entries)) {
      const name = `${section}.${key}`
      const field = FIELDS.find((each) => SETTINGS[each].cfg?.includes(name))
      if (text === '' || ELSEWHERE.test(section)) continue
      if (field) this.#set(field, key, { text, place }, base)
      else if (FIXED[name]) this.#fixed(name, key, { text, place })
      else if (MEANINGLESS.has(name)) this.#named(keyPlace.file, key)
      else this.#unknown(section, key, keyPlace)
    }
  }

  /** Ansible's variables of the environment. */
  ansibleVariables(environment: Environment, base: Base): void {
    for (const field of FIELDS)
      for (const name of SETTINGS[field].variables ?? []) this.#variable(field, name, environment, base)
    for (const [name, { variables }] of Object.entries(FIXED))
      for (const variable of variables ?? [`ANSIBLE_${name.split('.')[1]?.toUpperCase()}`]) {
        const text = environment[variable]
        if (text) this.#fixed(name, variable, { text })
      }
    for (const name of Object.keys(environment))
      if (MEANINGLESS_VARIABLES.has(name)) this.#named('the environment', name)
  }

  /** kplay's own variables of the environment. */
  ownVariables(environment: Environment, base: Base): void {
    for (const field of FIELDS) this.#variable(field, `KPLAY_${ownName(field).toUpperCase()}`, environment, base)
  }

  #variable(field: keyof Settings, name: string, environment: Environment, base: Base): void {
    const text = environment[name]
    if (text !== undefined && text !== '') this.#set(field, name, { text }, base)
  }

  #set(field: keyof Settings, name: string, given: Given, base: Base): void {
    const { kind, choices } = SETTINGS[field]
    const value = this.problems.collect(() => readSetting({ name, kind, choices }, given, base))
    if (value !== undefined) Object.assign(this.settings, { [field]: value })
  }

  #fixed(name: string, told: string, { text, place }: Given): void {
    const fixed = FIXED[name]
    if (fixed && !fixed.accepts.test(text.trim()))
      this.remarks.push({ message: `${told} = ${text} has no effect: ${fixed.why}`, place })
  }

  #unknown(section: string, key: string, place: Place): void {
    const known = [...ALL_KEYS]
      .filter((name) => name.startsWith(`${section}.`))
      .map((name) => name.slice(section.length + 1))
    const elsewhere = [...ALL_KEYS].find((name) => name.endsWith(`.${key}`))
    const meant = elsewhere ? `it belongs under [${elsewhere.split('.')[0]}]` : didYouMean(key, known)
    if (meant) this.remarks.push({ message: `unknown setting ${key} in [${section}]: ${meant}`, place })
    else this.#named(place.file, known.length > 0 ? key : `[${section}]`)
  }

  #named(where: string, name: string): void {
    const names = this.meaningless.get(where) ?? []
    this.meaningless.set(where, names)
    if (!names.includes(name)) names.push(name)
  }
}

const FIELDS = Object.keys(SETTINGS) as (keyof Settings)[]
const OWN_NAMES = FIELDS.map(ownName)
const ALL_KEYS: ReadonlySet<string> = new Set([
  ...Object.values(SETTINGS).flatMap(({ cfg }) => cfg ?? []),
  ...Object.keys(FIXED),
  ...MEANINGLESS,
])

/** Of a setting's keys the one its row names last wins, wherever they stand. */
const inOrder = (entries: readonly CfgEntry[]): readonly CfgEntry[] => {
  const rank = ({ section, key }: CfgEntry): number =>
    Math.max(...Object.values(SETTINGS).map(({ cfg }) => cfg?.indexOf(`${section}.${key}`) ?? -1))
  return entries.toSorted((a, b) => rank(a) - rank(b))
}
