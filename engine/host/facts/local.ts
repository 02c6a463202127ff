import type { Facts } from '../facts.ts'
import type { Plain } from '../../value.ts'
import type { Source } from './source.ts'

/**
 * /etc/ansible/facts.d/*.fact: JSON or INI, by the file's name; of a file that can be executed, what it prints.
 */
export function localFacts(source: Source, nonce: string): Facts {
  const files = source.section('local').split(`${nonce}+`).slice(1)
  return {
    local: Object.fromEntries(
      files.map((text) => {
        const end = text.indexOf('\n')
        const name = text.slice(0, end).replace(/^.*\/|\.fact$/g, '')
        return [name, parseFact(text.slice(end + 1).trim())]
      }),
    ),
  }
}

function parseFact(text: string): Plain {
  try {
    return JSON.parse(text) as Plain
  } catch {
    return parseIni(text) ?? `error loading facts as JSON or ini - please check content`
  }
}

/** Sections of `key = value` or `key: value` lines, as Python's configparser reads them; keys in lower case. */
function parseIni(text: string): Plain | undefined {
  const sections: Record<string, Record<string, string>> = {}
  let current: Record<string, string> | undefined
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue
    const heading = /^\[(.+)\]$/.exec(line)?.[1]
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line)
    if (heading !== undefined) current = sections[heading] ??= {}
    else if (current && pair) current[(pair[1] ?? '').toLowerCase()] = pair[2] ?? ''
    else return undefined
  }
  return sections
}
