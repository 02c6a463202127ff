import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joined, quote, sh, type Command } from '../../engine/host/shell.ts'
import { looked } from '../../engine/modules/_extract-look.ts'
import type { Extracting } from '../../engine/modules/_extracting.ts'
import { here, SHELLS, type Here } from '../support/here.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kplay-look-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Trees as an archive could leave them, by the commands that make them; what is said of those that are refused. */
const TREES: Readonly<Record<string, readonly [make: string, refused?: string]>> = {
  plain: [':'],
  'a set-gid folder': ['mkdir g; chmod 2755 g'],
  'a link to a sibling': ['ln -s ok d/l; ln -s ../ok d/m; ln -s d/m n; ln -s . o; ln -s d/.. p'],
  'a link to nothing inside': ['ln -s not/here l'],
  'dots that lead nowhere': ['ln -s a..b l; ln -s ... m; echo > ..x; ln -s ..x n'],
  'a name like a pattern': [`echo > '*'; echo > '[x]'; echo > '%P%n'; echo > -print`],
  'names to escape': [
    `echo > 'a\\b'; echo > "a	b"; : > "$(printf 'r\\rr')"; mkdir 'd\\n'; echo > 'd\\n/plain'; ln -s ok 'l\\'`,
  ],
  'bytes that are no letters': [`echo > "$(printf 'a\\377b')"; ln -s "$(printf '\\377')" l`],
  'a line break': ['echo > "a\nb"', 'a line break'],
  'a line break that looks like a line of the stamp': ['echo > "a\nf\tok"', 'a line break'],
  'a line break behind no letter': [`echo > "$(printf 'a\\377\\nb')"`, 'a line break'],
  'a folder with a line break': ['mkdir "d/a\nb"; echo > "d/a\nb/c"', 'a line break'],
  'a link with a line break': ['ln -s ok "l\nl"', 'a line break'],
  'a line break among names to escape': [`echo > 'a\\b'; echo > "a\nb"`, 'a line break'],
  'a pipe': ['mkfifo d/p', 'a device, pipe or socket: ./d/p'],
  'a set-uid file': ['echo > d/s; chmod 4755 d/s', 'a set-id file: ./d/s'],
  'a set-gid file': ['echo > d/s; chmod 2755 d/s', 'a set-id file: ./d/s'],
  'an empty set-uid file': [': > s; chmod 4755 s', 'a set-id file: ./s'],
  'a link to the root': ['ln -s / l', 'link to something outside: ./l -> /'],
  'an absolute link into the tree': ['ln -s "$PWD/ok" l', 'link to something outside: ./l'],
  'a link upwards': ['ln -s ../../ok d/l', 'link to something outside: ./d/l -> ../../ok'],
  'a link to the folder above': ['ln -s .. l', 'link to something outside: ./l -> ..'],
  'a link upwards to nothing': ['ln -s not/../../here l', 'link to something outside: ./l'],
  'a link by way of a link': ['ln -s d/up/ok l; ln -s ../.. d/up', 'link to something outside: ./d/up'],
  'a link up by way of a folder link': [
    'mkdir -p d/e/f; ln -s d/e/f g; ln -s g/../../../../x l',
    'link to something outside: ./l',
  ],
  'a link to a neighbour that begins alike': ['ln -s "../${PWD##*/}2/ok" l', 'link to something outside: ./l'],
  'a good link before a bad one': ['ln -s ok a; ln -s d/../ok b; ln -s ../x c', 'link to something outside: ./c'],
}
const at = (name: string): string => join(scratch, name.replaceAll(' ', '-'))

beforeAll(() => {
  const made = Object.entries(TREES).map(
    ([name, [make]]) =>
      `mkdir ${quote(at(name))} && cd ${quote(at(name))} && mkdir d empty && echo 1 > ok && : > nothing && ln -s ../ok d/ok || exit; ${make}\n`,
  )
  execFileSync('sh', ['-c', made.join('')])
})

/** Each tree is looked at in a shell's own part, all in one process. */
function lookAtAll(work: string, settings: Partial<Extracting>): Command {
  const each = Object.keys(TREES).map((name) => {
    const stamp = join(work, name.replaceAll(' ', '-'))
    const looking = looked({ outsideLinks: false, options: 'o=1', ...settings } as Extracting)
    return sh`echo ${`== ${name}`} >&2
(work=${work} stamp=${stamp} archive=${at('plain')}/ok; cd -P -- ${at(name)} || exit
refuse() { echo "refused: $1" >&2; exit 3; }
${looking}
) || [ $? -eq 3 ] || echo failed >&2
rm -f ${work}/odd`
  })
  return joined(each, '\n')
}

/** What the stamp has to say, worked out apart: by what `ls` and `test` know. */
function expected(name: string): string[] {
  const listed = execFileSync('sh', ['-c', 'cd "$0" && find . ! -name . -print0', at(name)], { encoding: 'latin1' })
  return listed
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => {
      const bytes = Buffer.concat([Buffer.from(`${at(name)}/`), Buffer.from(path, 'latin1')])
      const letter = execFileSync(
        'sh',
        [
          '-c',
          'IFS= read -r p; if [ -L "$p" ]; then echo l; elif [ -d "$p" ]; then echo d; elif [ -s "$p" ]; then echo f; else echo e; fi',
        ],
        { input: bytes, encoding: 'latin1' },
      ).trim()
      return `${letter}\t${path.slice(2).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}`
    })
}

describe.each(SHELLS)('what came out of an archive, under %s', (shell) => {
  let host: Here
  const work = join(scratch, `work-${shell}`)
  const settings = { strict: {}, lax: { outsideLinks: true }, repair: { options: undefined } }
  const said = new Map<string, string>()
  beforeAll(async () => {
    host = await here(shell, scratch)
    for (const [setting, choice] of Object.entries(settings)) {
      mkdirSync(join(work, setting), { recursive: true })
      const command = lookAtAll(join(work, setting), choice)
      const { stderr } = await host.target.run({ kind: 'run', label: 'look', command, effects: [] })
      for (const part of stderr.split('== ').slice(1))
        said.set(`${setting} ${part.slice(0, part.indexOf('\n'))}`, part.slice(part.indexOf('\n') + 1))
    }
  })
  afterAll(() => host.close())

  test.each(Object.keys(TREES))('%s', (name) => {
    const refused = TREES[name]?.[1]
    for (const setting of Object.keys(settings)) {
      const allowed = setting === 'lax' && refused?.startsWith('link')
      const words = said.get(`${setting} ${name}`)
      if (refused === undefined || allowed) expect(words).toBe('')
      else expect(words).toMatch(/^refused: /m)
      if (refused !== undefined && !allowed) expect(words).toContain(refused)
    }
    expect(existsSync(join(work, 'repair', name.replaceAll(' ', '-')))).toBe(false)
    if (refused !== undefined) return
    const [first, archive, options, ...lines] = readFileSync(
      join(work, 'strict', `${name.replaceAll(' ', '-')}.new`),
      'latin1',
    ).split('\n')
    expect([first, archive, options]).toEqual([
      'kplay-extract 1',
      'archive sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865',
      'options o=1',
    ])
    expect(lines.pop()).toBe('')
    expect(lines.sort()).toEqual(expected(name).sort())
  })
})
