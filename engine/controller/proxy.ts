export type Environment = Readonly<Record<string, string | undefined>>

/** The proxy for a URL by http_proxy, https_proxy and no_proxy, as curl reads them; undefined: none. */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const secure = url.protocol === 'https:'
  // HTTP_PROXY in upper case may come from a request header of a CGI, so curl does not read it.
  const written = secure ? (environment['https_proxy'] ?? environment['HTTPS_PROXY']) : environment['http_proxy']
  const proxy = written || environment['all_proxy'] || environment['ALL_PROXY']
  if (!proxy || isExempt(url, environment['no_proxy'] ?? environment['NO_PROXY'] ?? '')) return undefined
  const parsed = URL.canParse(withScheme(proxy)) ? new URL(withScheme(proxy)) : undefined
  return parsed?.protocol === 'http:' ? parsed : undefined
}

const withScheme = (proxy: string): string => (/^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`)

function isExempt({ hostname, port }: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
      const domain = name.replace(/^\*?\./, '').toLowerCase()
      return (only === undefined || only === port) && (hostname === domain || hostname.endsWith(`.${domain}`))
    })
}
