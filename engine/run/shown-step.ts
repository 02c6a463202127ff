import type { Step } from '../host/step.ts'

/** How a step reads in --check and in errors. */
export function shownStep(step: Step): string {
  const secrets = step.secrets ?? []
  return secrets.reduce(
    (now, secret) => (secret === '' ? now : now.replaceAll(secret, '********')),
    step.label ?? plainly(step),
  )
}

function plainly(step: Step): string {
  if (step.kind === 'run') return step.command.text
  return step.kind === 'write' ? `write ${step.path}` : `bring ${step.from} to ${step.to}`
}
