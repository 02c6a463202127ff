/** A key of Ansible's that is always the same here: another value than this is told, with the reason. */
export interface Fixed {
  readonly accepts: RegExp
  readonly why: string
  /** Its variables in the environment; `ANSIBLE_` and the key where absent. */
  readonly variables?: readonly string[]
}

const YES = /^(?:yes|y|on|true|t|1)$/i
const NO = /^(?:no|n|off|false|f|0)$/i
const ANY = /^/
const quiet: Fixed = { accepts: ANY, why: '' }

/** By `section.key`. */
export const FIXED: Readonly<Record<string, Fixed>> = {
  'defaults.error_on_undefined_vars': { accepts: YES, why: 'an undefined variable is always an error' },
  'defaults.invalid_task_attribute_failed': { accepts: YES, why: 'a keyword that is not known is always an error' },
  'defaults.jinja2_native': { accepts: YES, why: 'an expression always keeps the type of its value' },
  'defaults.jinja2_extensions': {
    accepts: /^(?:\[\]|(?:jinja2\.ext\.(?:do|loopcontrols)\s*,?\s*)*)$/,
    why: 'extensions of Jinja2 are Python; do, break and continue are there without',
  },
  'defaults.allow_unsafe_lookups': { accepts: NO, why: 'what a lookup brings is data and is never rendered' },
  'defaults.executable': {
    accepts: /^\/bin\/sh$/,
    why: 'hosts are worked on by /bin/sh; a shell task may name another',
  },
  'defaults.enable_task_debugger': { accepts: NO, why: 'there is no task debugger' },
  'defaults.precedence': {
    accepts: /^$/,
    why: 'the precedence of variables does not change',
    variables: ['ANSIBLE_PRECEDENCE'],
  },
  'defaults.retry_files_enabled': { accepts: NO, why: 'no retry files are written' },
  'defaults.ansible_managed': { accepts: /^Ansible managed$/, why: 'set the variable ansible_managed instead' },
  'defaults.playbook_vars_root': { accepts: /^top$/, why: 'group_vars and host_vars lie beside the playbook itself' },
  'inventory.use_extra_vars': { accepts: ANY, why: '' },
  // Warnings that are not given here, or only for what is wrong anyway.
  'defaults.action_warnings': quiet,
  'defaults.allow_embedded_templates': quiet,
  'defaults.deprecation_warnings': quiet,
  'defaults.devel_warning': quiet,
  'defaults.localhost_warning': quiet,
  'defaults.system_warnings': quiet,
  'inventory.inventory_unparsed_warning': { ...quiet, variables: ['ANSIBLE_INVENTORY_UNPARSED_WARNING'] },
}

/** What belongs to other programs of Ansible, or only to the colours of its output. */
export const ELSEWHERE = /^(?:galaxy|galaxy_server\..*|colors)$/
