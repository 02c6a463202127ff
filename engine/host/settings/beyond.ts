/** What `ssh -G` says, by the option's name in lower case. */
export type Options = ReadonlyMap<string, readonly string[]>

/** Options that our own client follows. */
const FOLLOWED = `host hostname user port identityfile identitiesonly identityagent proxyjump userknownhostsfile
  globalknownhostsfile hostkeyalias stricthostkeychecking hashknownhosts addressfamily connecttimeout`

/** Options that make no difference to one lasting connection without a terminal. */
const NEUTRAL = `batchmode canonicaldomains canonicalizefallbacklocal canonicalizemaxdots canonicalizepermittedcnames
  checkhostip clearallforwardings compression compressionlevel connectionattempts controlmaster controlpath
  controlpersist enableescapecommandline escapechar exitonforwardfailure fingerprinthash forwardx11timeout
  forwardx11trusted gatewayports ipqos logverbose loglevel nohostauthenticationforlocalhost numberofpasswordprompts
  rekeylimit requesttty sendenv serveralivecountmax serveraliveinterval streamlocalbindmask streamlocalbindunlink
  syslogfacility tcpkeepalive tunneldevice updatehostkeys visualhostkey xauthlocation addkeystoagent`

/** Options that need the program ssh whoever sets them. */
const ALWAYS = ['proxycommand', 'certificatefile', 'pkcs11provider']

const EASY: ReadonlySet<string> = new Set([...FOLLOWED.split(/\s+/), ...NEUTRAL.split(/\s+/), ...ALWAYS])

/**
 * The options of a host that only the program ssh can follow.
 * @param usual what `ssh -G` says where neither the user nor the command line asks for anything: what a machine gives
 *   to all, such as its list of ciphers, is no wish of this user's
 */
export function beyondUs(options: Options, usual: Options | undefined): readonly string[] {
  const always = ALWAYS.filter((name) => (options.get(name) ?? []).some((value) => value !== 'none'))
  if (!usual) return always
  const names = new Set([...options.keys(), ...usual.keys()])
  const differs = (name: string): boolean => options.get(name)?.join('\n') !== usual.get(name)?.join('\n')
  return [...always, ...[...names].filter((name) => !EASY.has(name) && differs(name))]
}
