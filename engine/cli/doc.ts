import type { Command } from 'commander'

export function addDocCommand(program: Command): void {
  program
    .command('doc')
    .description('show the documentation of modules')
    .argument('[module]', 'a module; all are listed without it')
    .action(async (name?: string) => {
      const { showDoc } = await import('./doc-action.ts')
      process.stdout.write(showDoc(name))
    })
}
