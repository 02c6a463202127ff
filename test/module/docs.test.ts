import { expect, test } from 'vitest'
import { defineModule } from '../../engine/module/define.ts'
import { markdown, summaryTable } from '../../engine/module/docs.ts'
import { choice, flag, list, text } from '../../engine/schema/field.ts'

const thing = defineModule({
  name: 'thing',
  summary: 'Keeps a thing.',
  notes: 'More about it.',
  always: 'nobody can look at a thing.',
  freeForm: 'name',
  args: {
    name: text({ aliases: ['path'], help: 'Which | one.' }),
    state: choice(['there', 'gone'], { default: 'there', help: 'Whether it should be there.' }),
    parts: list(text({ help: 'Part.' }), { default: [], help: 'What it is made of.' }),
    token: text({ optional: true, secret: true, help: 'A secret.' }),
    end: text({ default: '\n', help: 'What ends it.' }),
    force: flag({ default: false, help: 'By force.' }),
  },
  examples: [{ title: 'A thing', args: { name: 'yes', parts: ['a', 'b'], token: 'x: y', end: 'one\ntwo\n' } }],
  probe: async () => ({ kind: 'there' }),
  want: () => ({}),
  apply: () => [],
})

test('a module as Markdown', () => {
  expect(markdown(thing)).toMatchInlineSnapshot(`
    "### thing

    Keeps a thing.

    More about it.

    It always reports a change: nobody can look at a thing.

    | argument | type | default | |
    | --- | --- | --- | --- |
    | \`name\` (\`path\`) | text | **required** | Which \\| one. |
    | \`state\` | there, gone | \`there\` | Whether it should be there. |
    | \`parts\` | list of text | \`[]\` | What it is made of. |
    | \`token\` | text, secret |  | A secret. |
    | \`end\` | text | \`\\n\` | What ends it. |
    | \`force\` | flag | \`false\` | By force. |

    Free text after the module's name is its \`name\`.

    A thing:

    \`\`\`yaml
    - thing:
        name: "yes"
        parts: ["a","b"]
        token: "x: y"
        end: |
          one
          two
    \`\`\`
    "
  `)
})

test('the table of modules', () => {
  expect(summaryTable([thing])).toMatchInlineSnapshot(`
    "| module | |
    | --- | --- |
    | \`thing\` | Keeps a thing. |"
  `)
})
