import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { expandedWord } from '../../engine/modules/_words.ts'

const SHELLS = [['/bin/sh'], ['/bin/dash'], ['/bin/bash', '--norc'], ['/bin/busybox', 'ash']].filter(([program = '']) =>
  existsSync(program),
)

describe.each(SHELLS.map((shell) => [shell.join(' '), shell]))('%s expands in a word', (_, shell) => {
  const CASES: readonly (readonly [string, string])[] = [
    ['a b', 'a b'],
    ['$X', 'q  r*'],
    ['<${X}>', '<q  r*>'],
    ['$X$EMPTY${X}', 'q  r*q  r*'],
    ['$EMPTY', ''],
    ['$UNSET', '$UNSET'],
    ['${UNSET}y', '${UNSET}y'],
    ['${not ok} $1 $', '${not ok} $1 $'],
    ['~', '/h h'],
    ['~/x y', '/h h/x y'],
    ['~root', '/root'],
    ['~root/x y', '/root/x y'],
    ['a~ ~', 'a~ ~'],
    ['it\'s "$X"', 'it\'s "q  r*"'],
    ['`id` $(id) ; & \\', '`id` $(id) ; & \\'],
    ['', ''],
    ['\n', '\n'],
    ['-n ü', '-n ü'],
  ]
  test('variables and a leading ~, and nothing else', () => {
    const words = CASES.map(([word]) => expandedWord(word).text).join(' ')
    const script = `X='q  r*' EMPTY= HOME='/h h'; unset UNSET; printf '%s\\0' ${words}`
    const [program = '', ...options] = shell
    const printed = execFileSync(program, [...options, '-c', script]).toString()
    expect(printed.split('\0').slice(0, -1)).toEqual(CASES.map(([, expected]) => expected))
  })
})
