import { KplayError } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'
import { own } from './own.ts'

export type Plugin = 'filter' | 'test' | 'lookup'

const ADDRESSES = 'write the addresses into the inventory, or ask a program of the controller by lookup("pipe", …)'
const LISTS = 'use union, intersect, difference or symmetric_difference'
const KEYS = 'use dict2items, selectattr or rejectattr on the key, and items2dict'
const SECRETS = 'ask its own program by lookup("pipe", …), or keep the secret in a vault file'

/** Plugins of collections that playbooks are known to use, and what does the same here. */
const ABSENT: Readonly<Record<Plugin, Readonly<Record<string, string>>>> = {
  filter: {
    json_query: 'use selectattr, map and combine',
    ...same(['ipaddr', 'ipv4', 'ipv6', 'ipsubnet', 'ipwrap', 'ipmath', 'cidr_merge', 'nthhost'], ADDRESSES),
    ...same(['next_nth_usable', 'network_in_network', 'usable_range', 'hwaddr', 'macaddr', 'slaac'], ADDRESSES),
    ...same(['lists_union', 'lists_intersect', 'lists_difference', 'lists_symmetric_difference'], LISTS),
    lists_mergeby: 'use groupby and combine',
    ...same(['keep_keys', 'remove_keys', 'replace_keys'], KEYS),
    groupby_as_dict: 'use rekey_on_member',
    dict_kv: 'write {key: value}',
    version_sort: 'sort by a list of numbers, made by split and map("int")',
    counter: 'use groupby and length',
    random_mac: 'use random(seed=…) and format',
    ...same(
      ['from_csv', 'from_ini', 'to_ini', 'from_xml', 'to_xml'],
      'write JSON or YAML, which from_json and from_yaml read',
    ),
    ...same(
      ['get_path', 'to_paths', 'index_of', 'consolidate', 'fact_diff', 'validate'],
      'use extract, selectattr and map',
    ),
    ...same(['jc', 'parse_cli', 'parse_xml'], 'use regex_search, regex_findall and split'),
    hashids_encode: 'use hash',
  },
  test: {
    ...same(['a_module'], 'kplay doc lists the modules'),
    ...same(['fqdn_valid'], 'use the test match with a regular expression'),
    ...same(['in_any_network', 'in_network', 'ip', 'ip_address', 'ipv4_address', 'ipv6_address', 'mac'], ADDRESSES),
  },
  lookup: {
    ...same(['hashi_vault', 'vault_kv2_get', 'passwordstore', 'onepassword', 'onepassword_raw', 'lastpass'], SECRETS),
    ...same(
      ['bitwarden', 'keyring', 'aws_secret', 'aws_ssm', 'credstash', 'cyberarkpassword', 'conjur_variable'],
      SECRETS,
    ),
    ...same(['consul_kv', 'etcd', 'etcd3', 'redis', 'mongodb'], 'ask its own program by lookup("pipe", …)'),
    ...same(['dig', 'dnstxt'], 'use lookup("pipe", "dig +short …")'),
    random_string: 'use lookup("password", "/dev/null length=…")',
    random_words: 'use lookup("password", "/dev/null length=…")',
    filetree: 'use lookup("fileglob", …), or copy the folder as a whole',
    merge_variables: 'use lookup("varnames", …) and lookup("vars", …), then combine',
    dependent: 'use lookup("subelements", …) or nested loops',
    k8s: 'use lookup("pipe", "kubectl …")',
  },
}

function same(names: readonly string[], hint: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, hint]))
}

/** A filter, test or lookup that nobody has: what to do in its place, where that is known. */
export function absent(what: Plugin, name: string, known: Iterable<string>): KplayError {
  const short = name.slice(name.lastIndexOf('.') + 1)
  const instead = own(ABSENT[what], short)
  if (instead !== undefined)
    return new KplayError('BAD_TEMPLATE', `the ${what} ${name} of a collection is not built in`, { hint: instead })
  return new KplayError('BAD_TEMPLATE', `there is no ${what} ${name}`, {
    hint:
      didYouMean(short, known) ??
      (name.includes('.') ? 'collections are not loaded: those of ansible.builtin are there' : undefined),
  })
}
