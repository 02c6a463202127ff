import { KplayError } from '../errors.ts'
import type { Play, Playbook, VarsPrompt, Written } from '../model.ts'
import { Template, type Value, type Variable, type Vars } from '../value.ts'
import { passwordHash } from '../values/crypt.ts'
import { evaluate, evaluateText } from '../values/template.ts'
import { text as printValue } from '../values/print.ts'
import { Scope } from '../values/scope.ts'
import { flagOf } from './connect.ts'
import type { RunOptions, RunPorts } from './context.ts'

type Ports = Pick<RunPorts, 'ask' | 'emit' | 'vault'>

/**
 * Asks for what `vars_prompt` of the plays wants to know, before any host is contacted: nobody comes back after the
 * first play to answer for the second. What -e says is not asked for.
 */
export async function askPrompts(
  playbooks: readonly Playbook[],
  { extraVars }: Pick<RunOptions, 'extraVars'>,
  ports: Ports,
): Promise<ReadonlyMap<Play, Vars>> {
  const prompted = new Map<Play, Vars>()
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const vars = new Map<string, Variable>()
    for (const prompt of play.prompts) {
      if (extraVars.has(prompt.name)) continue
      const layers = [play.keywords.vars, vars, extraVars].map((each) => ({ name: 'vars_prompt', vars: each }))
      vars.set(prompt.name, await askFor(prompt, new Scope(layers, { vault: ports.vault }), ports))
    }
    if (vars.size > 0) prompted.set(play, vars)
  }
  return prompted
}

async function askFor(prompt: VarsPrompt, scope: Scope, ports: Ports): Promise<Variable> {
  const fallback = prompt.default && evaluate(prompt.default.value, scope)
  const answer = await answered(prompt, fallback, scope, ports)
  if (answer === undefined && fallback === undefined)
    throw new KplayError('BAD_OPTIONS', `vars_prompt: there is no terminal to ask for ${prompt.name} on`, {
      place: prompt.place,
      hint: `give it with -e ${prompt.name}=…, or a default`,
    })
  const given: Value = answer === undefined || answer === '' ? (fallback ?? '') : answer
  const encrypt = textIn(prompt.encrypt, scope)
  if (encrypt) return { value: hashed(printValue(given), encrypt, prompt, scope), place: prompt.place }
  const isUnsafe = prompt.unsafe !== undefined && flagOf(prompt.unsafe.value, scope, 'unsafe')
  // Whoever types it is trusted as the command line is, unless the play says otherwise.
  const template = !isUnsafe && typeof given === 'string' && /\{\{|\{%|\{#/.test(given)
  return { value: template ? new Template(given, prompt.place) : given, place: prompt.place }
}

/** What was typed; undefined: there is no terminal. */
async function answered(
  { name, prompt, private: hidden, confirm }: VarsPrompt,
  fallback: Value | undefined,
  scope: Scope,
  { ask, emit }: Ports,
): Promise<string | undefined> {
  if (!ask) return undefined
  const said = textIn(prompt, scope)
  const shown = fallback === undefined || said === undefined ? '' : ` [${printValue(fallback)}]`
  const question = said === undefined ? `input for ${name}: ` : `${said}${shown}: `
  const echo = hidden !== undefined && !flagOf(hidden.value, scope, 'private')
  for (;;) {
    const first = await ask(question, { echo })
    if (first === undefined || !confirm || !flagOf(confirm.value, scope, 'confirm')) return first
    if ((await ask(`confirm ${question}`, { echo })) === first) return first
    emit({ type: 'warning', message: 'the values entered do not match' })
  }
}

function hashed(password: string, scheme: string, { salt, saltSize }: VarsPrompt, scope: Scope): Value {
  const size = textIn(saltSize, scope)
  return passwordHash(password, {
    type: scheme.replace(/_crypt$/, ''),
    salt: textIn(salt, scope),
    saltSize: size === undefined ? undefined : Number(size),
    rounds: undefined,
  })
}

const textIn = (written: Written | undefined, scope: Scope): string | undefined =>
  written && evaluateText(written.value, scope)
