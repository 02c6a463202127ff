const LONGEST = 1000

/** Whether head prints this path as it is, as one line, and takes it for a file. */
export const canBeTold = (path: string): boolean => path.length < LONGEST && /^\/[\x20-\x7e]*$/.test(path)

/**
 * The contents of files that `head -v` printed one after the other, `==> PATH <==` before each. The caller knows that
 * every one of `paths` was printed, so a heading that is there once is the true one. Undefined when something else in
 * the files looks like one of them, too.
 */
export function apart(bytes: Buffer, paths: readonly string[]): Map<string, Buffer> | undefined {
  const headings = new Map(paths.map((path) => [`==> ${path} <==`, path]))
  const found: { readonly path: string; readonly at: number; readonly from: number }[] = []
  for (let at = bytes.indexOf('==> '); at >= 0; at = bytes.indexOf('==> ', at + 1)) {
    const [line = '', rest] = bytes.toString('latin1', at, at + LONGEST + 10).split('\n', 2)
    const path = headings.get(line)
    if (path !== undefined && rest !== undefined) found.push({ path, at, from: at + line.length + 1 })
  }
  const whole = found.length === paths.length && found.every(({ path }, index) => path === paths[index])
  if (!whole || (found[0]?.at ?? 0) !== 0) return undefined
  // An empty line stands before each heading but the first.
  const end = (index: number): number => (found[index + 1]?.at ?? bytes.length + 1) - 1
  return new Map(found.map(({ path, from }, index) => [path, bytes.subarray(from, end(index))]))
}
