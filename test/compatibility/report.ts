import { existsSync, readFileSync } from 'node:fs'
import type { ListedTarget } from './list.ts'
import type { Measured } from './measure.ts'

const percent = (part: number, whole: number): string => (whole === 0 ? '' : `${Math.floor((part / whole) * 100)} %`)

/** One line: how many of those that count pass. */
export function summaryOf(measured: readonly Measured[]): string {
  const passed = measured.filter(({ mistake }) => mistake === undefined).length
  return `${passed} of ${measured.length} pass (${percent(passed, measured.length)})`
}

/** docs/compatibility.md. `further` is a file of text that follows the tables. */
export function renderReport(
  list: ReadonlyMap<string, ListedTarget>,
  measured: readonly Measured[],
  further: string,
): string {
  const areas = [...new Set([...list.values()].map(({ area }) => area))]
  const rows = areas.map((area) => {
    const targets = [...list.values()].filter((target) => target.area === area)
    const cases = targets.flatMap((target) => target.cases)
    const own = measured.filter((one) => one.area === area)
    const passed = own.filter(({ mistake }) => mistake === undefined).length
    return { area, targets: targets.length, listed: cases.length, counted: own.length, passed }
  })
  const sum = (key: 'targets' | 'listed' | 'counted' | 'passed'): number => rows.reduce((all, row) => all + row[key], 0)
  const line = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`
  return [
    ...HEAD,
    line('Area', 'Targets', 'Cases', 'Counted', 'Pass', ''),
    line('---', '---:', '---:', '---:', '---:', '---:'),
    ...rows.map((row) =>
      line(row.area, row.targets, row.listed, row.counted, row.passed, percent(row.passed, row.counted)),
    ),
    line(
      '**all**',
      sum('targets'),
      sum('listed'),
      sum('counted'),
      sum('passed'),
      percent(sum('passed'), sum('counted')),
    ),
    '',
    '## By target',
    '',
    line('Target', 'Area', 'Cases', 'Counted', 'Pass'),
    line('---', '---', '---:', '---:', '---:'),
    ...[...list].map(([name, { area, cases }]) => {
      const own = measured.filter(({ target }) => target === name)
      const passed = own.filter(({ mistake }) => mistake === undefined).length
      return line(escape(name), area, cases.length, own.length, passed)
    }),
    '',
    '## Cases that fail',
    '',
    ...failing(measured),
    '## Cases that do not count',
    '',
    ...leftOut(list),
    ...(existsSync(further) ? [readFileSync(further, 'utf8').trimEnd(), ''] : []),
  ].join('\n')
}

const HEAD = [
  '# Compatibility with Ansible',
  '',
  'ansible-core keeps its own tests: integration targets, folders of playbooks with a script that runs them. Those of the language are the measure here, run as they are, from ansible-core 2.21.5. They are not part of this repository.',
  '',
  "A case is one command line of a target's script, or the target applied as a role. All are listed in `test/compatibility/cases.yaml`, with the reason for each that does not count; the list was fixed before the first run was measured.",
  '',
  'The other targets of ansible-core test modules, Windows, ansible-galaxy, ansible-test and plug-ins that are written in Python: they are not about the language, and not listed.',
  '',
  "A case passes when kplay, given the same files and words, ends as Ansible does (with success or without), and everything that Ansible says with `debug` is said, on the same hosts, and nothing else is. A list of an inventory or the text of a decrypted file must be the same. An output format, Ansible's own wording of errors and its internals are not compared, nor what Ansible itself says otherwise when it does the same again: passwords that are drawn, items in random order.",
  '',
  'To measure (`--core` is the unpacked source, `--ansible` the folder with its commands):',
  '',
  '    npm run compatibility -- record --core ansible_core-2.21.5 --ansible venv/bin --records /tmp/records',
  '    npm run compatibility -- repeat lookup_password delegate_to --ansible venv/bin --records /tmp/records',
  '    npm run compatibility -- --records /tmp/records --write',
  '',
  '## By area',
  '',
]

function failing(measured: readonly Measured[]): string[] {
  const failed = measured.filter(({ mistake }) => mistake !== undefined)
  if (failed.length === 0) return ['None.', '']
  const targets = [...new Set(failed.map(({ target }) => target))]
  return targets.flatMap((target) => [
    `**${target}**`,
    '',
    ...failed
      .filter((one) => one.target === target)
      .map(({ run, mistake = '' }) => `- \`${short(run)}\`: ${escape(mistake)}`),
    '',
  ])
}

function leftOut(list: ReadonlyMap<string, ListedTarget>): string[] {
  const whole = [...list].filter(([, { out }]) => out !== undefined)
  const single = [...list].flatMap(([name, { out, cases }]) =>
    out === undefined
      ? cases.flatMap((one) => (one.out === undefined ? [] : [{ name, run: one.run, out: one.out }]))
      : [],
  )
  return [
    'Whole targets:',
    '',
    ...whole.map(([name, { out = '', cases }]) => `- **${name}** (${cases.length}): ${escape(out)}`),
    '',
    'Single cases:',
    '',
    ...single.map(({ name, run, out }) => `- **${name}** \`${short(run)}\`: ${escape(out)}`),
    '',
  ]
}

const short = (run: string): string =>
  (run.length > 120 ? `${run.slice(0, 117)}...` : run).replaceAll('`', "'").replace(/\s+/g, ' ')

/** What Markdown would take for its own. */
const escape = (text: string): string => text.replace(/([<>*_[\]|])/g, '\\$1')
