import { SETTINGS } from './known.ts'

/**
 * Keys of ansible-core 2.21 that mean nothing here, by section: Python and its plugins, temporary files on hosts, the
 * looks of another program's output. They are named once, so that nobody waits for their effect.
 */
const KEYS: Readonly<Record<string, string>> = {
  defaults: `action_plugins admin_users async_dir become_plugins bin_ansible_callbacks cache_plugins callback_format_pretty
    callback_plugins callback_result_format callback_result_indentation callback_result_yaml_line_width callback_whitelist
    callbacks_enabled check_mode_markers cliconf_plugins collections_on_ansible_version_mismatch collections_path
    collections_paths collections_scan_sys_path command_warnings common_remote_group connection_plugins cow_selection
    cowpath cowsay_enabled_stencils debug display_args_to_stdout display_failed_stderr display_included_hosts
    display_ok_hosts display_skipped_hosts display_traceback doc_fragment_plugins docsite_root_url editor facts_modules
    filter_plugins home httpapi_plugins inject_invocation internal_poll_interval
    interpreter_python inventory_plugins keep_remote_files library local_tmp log_filter log_path log_verbosity
    lookup_plugins max_diff_size module_compression module_ignore_exts module_lang module_set_locale
    module_strict_utf8_response module_utils netconf_plugins network_group_modules no_target_syslog nocows
    null_representation old_plugin_cache_clear pager pipelining plugin_filters_cfg poll_interval
    python_module_rlimit_nofile remote_tmp retry_files_save_path run_vars_plugins show_custom_stats show_per_host_start
    show_task_path_on_failure squash_actions stdout_callback strategy_plugins su sudo_flags syslog_facility
    system_tmpdirs target_log_info task_debugger_ignore_errors terminal_plugins test_plugins
    use_persistent_connections validate_action_group_metadata vars_plugins vars_plugins_enabled vault_encrypt_salt
    verbose_to_stderr win_async_startup_timeout worker_session_isolation yaml_valid_extensions
    allow_world_readable_tmpfiles`,
  connection: 'pipelining retries ssh_agent ssh_agent_executable ssh_agent_key_lifetime',
  persistent_connection:
    'ansible_connection_path command_timeout connect_retry_timeout connect_timeout control_path_dir',
  privilege_escalation: 'agnostic_become_prompt become_allow_same_user',
  inventory: `cache cache_connection cache_plugin cache_prefix cache_timeout enable_plugins export
    host_pattern_mismatch`,
  selinux: 'libvirt_lxc_noseclabel special_context_filesystems',
  diff: 'context',
  jinja2: 'dont_type_filters',
  ssh_connection: `control_path control_path_dir password_mechanism pipelining pkcs11_provider retries scp_executable
    scp_extra_args scp_if_ssh sftp_batch_mode sftp_executable sftp_extra_args ssh_executable sshpass_prompt
    transfer_method usetty verbosity`,
}

/** Variables of the environment that are not called as their key is. */
const VARIABLES = `ANSIBLE_CALLBACK_YAML_LINE_WIDTH ANSIBLE_CALLBACK_WHITELIST ANSIBLE_CONNECTION_PATH ANSIBLE_COW_ACCEPTLIST
  ANSIBLE_COW_PATH ANSIBLE_DIFF_CONTEXT ANSIBLE_INVENTORY_CACHE
  ANSIBLE_INVENTORY_ENABLED ANSIBLE_INVENTORY_EXPORT
  ANSIBLE_LOAD_CALLBACK_PLUGINS ANSIBLE_LOCAL_TEMP ANSIBLE_MAX_DIFF_SIZE
  ANSIBLE_PYTHON_INTERPRETER ANSIBLE_REMOTE_TEMP ANSIBLE_SELINUX_SPECIAL_FS ANSIBLE_SHELL_ALLOW_WORLD_READABLE_TEMP
  ANSIBLE_SSH_CONTROL_PATH ANSIBLE_SSH_CONTROL_PATH_DIR ANSIBLE_SSH_PASSWORD_MECHANISM ANSIBLE_SSH_PIPELINING
  ANSIBLE_SSH_RETRIES ANSIBLE_SSH_TRANSFER_METHOD ANSIBLE_SSH_USETTY ANSIBLE_SSH_VERBOSITY ANSIBLE_STRING_TYPE_FILTERS
  ANSIBLE_VARS_ENABLED ANSIBLE_YAML_FILENAME_EXT`

const words = (text: string): readonly string[] => text.split(/\s+/)

/** By `section.key`. */
export const MEANINGLESS: ReadonlySet<string> = new Set(
  Object.entries(KEYS).flatMap(([section, keys]) => words(keys).map((key) => `${section}.${key}`)),
)

/** A key of one section may be called as the variable of another section's. */
const KNOWN = new Set(Object.values(SETTINGS).flatMap(({ variables }) => variables ?? []))

/** By name in the environment. `ANSIBLE_HOME` has a meaning: it is the root of other paths. */
export const MEANINGLESS_VARIABLES: ReadonlySet<string> = new Set([
  ...Object.values(KEYS)
    .flatMap(words)
    .map((key) => `ANSIBLE_${key.toUpperCase()}`)
    .filter((name) => name !== 'ANSIBLE_HOME' && !KNOWN.has(name)),
  ...words(VARIABLES),
])
