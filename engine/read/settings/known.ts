import type { Kind, Kinds } from './kinds.ts'

/** A setting with a meaning here. Of several names of one source the last one given wins, as in Ansible. */
interface Setting {
  readonly kind: Kind
  readonly choices?: readonly string[]
  /** `section.key` in ansible.cfg. */
  readonly cfg?: readonly string[]
  /** Ansible's variables in the environment. */
  readonly variables?: readonly string[]
}

const both = <K extends Kind>(kind: K, cfg: string, variable: string) => ({ kind, cfg: [cfg], variables: [variable] })
const defaults = <K extends Kind>(kind: K, key: string, variable = `ANSIBLE_${key.toUpperCase()}`) =>
  both(kind, `defaults.${key}`, variable)
const become = <K extends Kind>(kind: K, key: string) =>
  both(kind, `privilege_escalation.${key}`, `ANSIBLE_${key.toUpperCase()}`)
const ssh = (key: string) => both('text', `ssh_connection.${key}`, `ANSIBLE_${key.toUpperCase()}`)
const choice = (key: string, ...choices: readonly string[]) => ({ ...defaults('text', key), choices })

/**
 * Every setting: in kplay.yml under its name with underscores (`roles_path`), in the environment as `KPLAY_ROLES_PATH`,
 * and by Ansible's names, those of ansible-core 2.21's configuration reference.
 */
const TABLE = {
  inventory: defaults('inventories', 'inventory'),
  rolesPath: defaults('paths', 'roles_path'),
  playbookDir: defaults('path', 'playbook_dir'),
  trustInventoryScripts: { kind: 'flag' },
  forceValidGroupNames: {
    ...both('text', 'defaults.force_valid_group_names', 'ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS'),
    choices: ['always', 'never', 'ignore', 'silently'],
  },
  inventoryIgnoreExtensions: {
    kind: 'list',
    cfg: ['defaults.inventory_ignore_extensions', 'inventory.ignore_extensions'],
    variables: ['ANSIBLE_INVENTORY_IGNORE'],
  },
  inventoryIgnorePatterns: {
    kind: 'list',
    cfg: ['defaults.inventory_ignore_patterns', 'inventory.ignore_patterns'],
    variables: ['ANSIBLE_INVENTORY_IGNORE_REGEX'],
  },
  inventoryUnparsedIsFailed: {
    kind: 'flag',
    cfg: ['inventory.unparsed_is_failed'],
    variables: ['ANSIBLE_INVENTORY_UNPARSED_FAILED'],
  },
  inventoryAnyUnparsedIsFailed: {
    kind: 'flag',
    cfg: ['inventory.any_unparsed_is_failed'],
    variables: ['ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED'],
  },

  connection: defaults('text', 'transport'),
  remoteUser: defaults('text', 'remote_user'),
  remotePort: defaults('whole', 'remote_port'),
  privateKeyFile: defaults('path', 'private_key_file'),
  askPass: defaults('flag', 'ask_pass'),
  connectionPasswordFile: defaults('path', 'connection_password_file'),
  knownHosts: { kind: 'paths' },
  acceptNewHostKeys: { kind: 'flag' },
  hostKeyChecking: {
    kind: 'flag',
    cfg: ['defaults.host_key_checking', 'ssh_connection.host_key_checking'],
    variables: ['ANSIBLE_HOST_KEY_CHECKING', 'ANSIBLE_SSH_HOST_KEY_CHECKING'],
  },
  timeout: {
    kind: 'whole',
    cfg: ['defaults.timeout', 'ssh_connection.timeout'],
    variables: ['ANSIBLE_TIMEOUT', 'ANSIBLE_SSH_TIMEOUT'],
  },
  sshArgs: ssh('ssh_args'),
  sshCommonArgs: ssh('ssh_common_args'),
  sshExtraArgs: ssh('ssh_extra_args'),

  become: become('flag', 'become'),
  becomeMethod: become('text', 'become_method'),
  becomeUser: become('text', 'become_user'),
  becomeExe: become('text', 'become_exe'),
  becomeFlags: become('text', 'become_flags'),
  becomeAskPass: become('flag', 'become_ask_pass'),
  becomePasswordFile: defaults('path', 'become_password_file'),

  forks: defaults('whole', 'forks'),
  strategy: defaults('text', 'strategy'),
  gathering: choice('gathering', 'implicit', 'explicit', 'smart'),
  hashBehaviour: choice('hash_behaviour', 'replace', 'merge'),
  forceHandlers: defaults('flag', 'force_handlers'),
  anyErrorsFatal: defaults('flag', 'any_errors_fatal'),
  allowBrokenConditionals: defaults('flag', 'allow_broken_conditionals'),
  errorOnMissingHandler: defaults('flag', 'error_on_missing_handler'),
  privateRoleVars: defaults('flag', 'private_role_vars'),
  noLog: defaults('flag', 'no_log'),
  taskTimeout: defaults('whole', 'task_timeout'),
  runTags: both('list', 'tags.run', 'ANSIBLE_RUN_TAGS'),
  skipTags: both('list', 'tags.skip', 'ANSIBLE_SKIP_TAGS'),
  duplicateDictKey: {
    ...choice('duplicate_dict_key', 'warn', 'error', 'ignore'),
    variables: ['ANSIBLE_DUPLICATE_YAML_DICT_KEY'],
  },
  moduleName: { kind: 'text', cfg: ['defaults.module_name'] },
  moduleArgs: defaults('text', 'module_args'),
  moduleStrictUtf8Response: defaults('flag', 'module_strict_utf8_response'),

  injectFactsAsVars: defaults('flag', 'inject_facts_as_vars', 'ANSIBLE_INJECT_FACT_VARS'),
  factCaching: defaults('text', 'fact_caching', 'ANSIBLE_CACHE_PLUGIN'),
  factCachingConnection: defaults('path', 'fact_caching_connection', 'ANSIBLE_CACHE_PLUGIN_CONNECTION'),
  factCachingTimeout: defaults('whole', 'fact_caching_timeout', 'ANSIBLE_CACHE_PLUGIN_TIMEOUT'),
  factCachingPrefix: defaults('text', 'fact_caching_prefix', 'ANSIBLE_CACHE_PLUGIN_PREFIX'),

  vaultPasswordFile: defaults('path', 'vault_password_file'),
  vaultIdentityList: defaults('list', 'vault_identity_list'),
  vaultIdentity: defaults('text', 'vault_identity'),
  vaultIdMatch: defaults('flag', 'vault_id_match'),
  vaultEncryptIdentity: defaults('text', 'vault_encrypt_identity'),
  askVaultPass: defaults('flag', 'ask_vault_pass'),

  diffAlways: both('flag', 'diff.always', 'ANSIBLE_DIFF_ALWAYS'),
  verbosity: defaults('whole', 'verbosity'),
  forceColor: defaults('flag', 'force_color'),
  nocolor: defaults('flag', 'nocolor'),
} as const satisfies Readonly<Record<string, Setting>>

export const SETTINGS: Readonly<Record<keyof Settings, Setting>> = TABLE

/** What a project, or the environment, says about runs. Paths are absolute, times are seconds. */
export type Settings = { readonly [Name in keyof typeof TABLE]?: Kinds[(typeof TABLE)[Name]['kind']] }

/** A setting's name in kplay.yml: `rolesPath` is `roles_path`. */
export const ownName = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
