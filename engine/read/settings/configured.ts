import type { Value } from '../../value.ts'
import type { Settings } from './known.ts'

/** A setting by the name the lookup `config` knows, and what holds where nobody sets it. */
type Row = readonly [name: string, field: keyof Settings, otherwise: Value]

const ROWS: readonly Row[] = [
  ['ALLOW_BROKEN_CONDITIONALS', 'allowBrokenConditionals', true],
  ['ANY_ERRORS_FATAL', 'anyErrorsFatal', false],
  ['BECOME_PASSWORD_FILE', 'becomePasswordFile', null],
  ['CACHE_PLUGIN', 'factCaching', 'memory'],
  ['CACHE_PLUGIN_CONNECTION', 'factCachingConnection', null],
  ['CACHE_PLUGIN_PREFIX', 'factCachingPrefix', 'ansible_facts'],
  ['CACHE_PLUGIN_TIMEOUT', 'factCachingTimeout', 86400],
  ['CONNECTION_PASSWORD_FILE', 'connectionPasswordFile', null],
  ['DEFAULT_ASK_PASS', 'askPass', false],
  ['DEFAULT_ASK_VAULT_PASS', 'askVaultPass', false],
  ['DEFAULT_BECOME', 'become', false],
  ['DEFAULT_BECOME_ASK_PASS', 'becomeAskPass', false],
  ['DEFAULT_BECOME_EXE', 'becomeExe', null],
  ['DEFAULT_BECOME_FLAGS', 'becomeFlags', ''],
  ['DEFAULT_BECOME_METHOD', 'becomeMethod', 'sudo'],
  ['DEFAULT_BECOME_USER', 'becomeUser', 'root'],
  ['DEFAULT_FORCE_HANDLERS', 'forceHandlers', false],
  ['DEFAULT_FORKS', 'forks', 50],
  ['DEFAULT_GATHERING', 'gathering', 'implicit'],
  ['DEFAULT_HASH_BEHAVIOUR', 'hashBehaviour', 'replace'],
  ['DEFAULT_HOST_LIST', 'inventory', []],
  ['DEFAULT_MODULE_ARGS', 'moduleArgs', null],
  ['DEFAULT_MODULE_NAME', 'moduleName', 'command'],
  ['DEFAULT_NO_LOG', 'noLog', false],
  ['DEFAULT_PRIVATE_KEY_FILE', 'privateKeyFile', null],
  ['DEFAULT_PRIVATE_ROLE_VARS', 'privateRoleVars', false],
  ['DEFAULT_REMOTE_PORT', 'remotePort', null],
  ['DEFAULT_REMOTE_USER', 'remoteUser', null],
  ['DEFAULT_ROLES_PATH', 'rolesPath', []],
  ['DEFAULT_STRATEGY', 'strategy', 'linear'],
  ['DEFAULT_TIMEOUT', 'timeout', 10],
  ['DEFAULT_TRANSPORT', 'connection', 'ssh'],
  ['DEFAULT_VAULT_ENCRYPT_IDENTITY', 'vaultEncryptIdentity', null],
  ['DEFAULT_VAULT_IDENTITY', 'vaultIdentity', 'default'],
  ['DEFAULT_VAULT_IDENTITY_LIST', 'vaultIdentityList', []],
  ['DEFAULT_VAULT_ID_MATCH', 'vaultIdMatch', false],
  ['DEFAULT_VAULT_PASSWORD_FILE', 'vaultPasswordFile', null],
  ['DEFAULT_VERBOSITY', 'verbosity', 0],
  ['DIFF_ALWAYS', 'diffAlways', false],
  ['DUPLICATE_YAML_DICT_KEY', 'duplicateDictKey', 'warn'],
  ['ERROR_ON_MISSING_HANDLER', 'errorOnMissingHandler', true],
  ['HOST_KEY_CHECKING', 'hostKeyChecking', true],
  ['INJECT_FACTS_AS_VARS', 'injectFactsAsVars', true],
  ['INVENTORY_IGNORE_PATTERNS', 'inventoryIgnorePatterns', []],
  ['MODULE_STRICT_UTF8_RESPONSE', 'moduleStrictUtf8Response', true],
  ['PLAYBOOK_DIR', 'playbookDir', null],
  ['TAGS_RUN', 'runTags', []],
  ['TAGS_SKIP', 'skipTags', []],
  ['TASK_TIMEOUT', 'taskTimeout', 0],
  ['TRANSFORM_INVALID_GROUP_CHARS', 'forceValidGroupNames', 'never'],
]

/** The configuration as the lookup `config` tells it: what files and the environment say, not the command line. */
export const configured = (settings: Settings): ReadonlyMap<string, Value> =>
  new Map(ROWS.map(([name, field, otherwise]) => [name, settings[field] ?? otherwise]))
