import type { Place, Problems } from '../../errors.ts'

/** One `key = value` of an ansible.cfg. */
export interface CfgEntry {
  readonly section: string
  readonly key: string
  readonly text: string
  readonly keyPlace: Place
  readonly place: Place
}

/**
 * Reads the format of Python's configparser as Ansible sets it up: sections, `key = value` or `key: value`, whole-line
 * comments with # and ;, comments at the end of a line only with ` ;`, indented lines going on with the value above.
 */
export function readCfg(text: string, file: string, problems: Problems): readonly CfgEntry[] {
  const entries: CfgEntry[] = []
  const seen = new Map<string, CfgEntry>()
  let section: string | undefined
  let open: { -readonly [K in keyof CfgEntry]: CfgEntry[K] } | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const at = (column: number): Place => ({ file, line: index + 1, column })
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const bare = line.replace(/\s;.*$/, '').trimEnd()
    if (open && /^\s/.test(line)) {
      open.text = `${open.text}\n${bare.trim()}`.trim()
      continue
    }
    const name = /^\s*\[(.+)\]/.exec(bare)?.[1]
    if (name !== undefined) {
      section = name
      open = undefined
      continue
    }
    const [, space = '', head = '', key, value = ''] = /^(\s*)(([^\s=:][^=:]*?)\s*[=:]\s*)(.*)$/.exec(bare) ?? []
    if (key === undefined) {
      problems.add('BAD_OPTIONS', `${bare.trim()} is no setting`, { place: at(1), hint: 'write key = value' })
    } else if (section === undefined) {
      problems.add('BAD_OPTIONS', `${key} stands in no section`, { place: at(1), hint: 'put [defaults] above it' })
    } else {
      const keyPlace = at(space.length + 1)
      open = { section, key: key.toLowerCase(), text: value, keyPlace, place: at(space.length + head.length + 1) }
      const first = seen.get(`${section}.${open.key}`)
      if (first)
        problems.add('BAD_OPTIONS', `${key} is given twice (the first one is in line ${first.keyPlace.line})`, {
          place: keyPlace,
        })
      seen.set(`${section}.${open.key}`, open)
      entries.push(open)
    }
  }
  return entries
}
