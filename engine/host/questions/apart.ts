const LONGEST = 1000
const NEWLINE = 10

/** Whether head prints this path as it is, as one line, and takes it for a file. */
export const canBeTold = (path: string): boolean => path.length < LONGEST && /^\/[\x20-\x7e]*$/.test(path)

/**
 * The contents of files that `head -v` printed one after the other, `==> PATH <==` before each. The caller knows that
 * every one of `paths` was printed, so a line that is there once is the true heading. Undefined when another line in
 * the files looks like one, too.
 */
export function apart(bytes: Buffer, paths: readonly string[]): Map<string, Buffer> | undefined {
  const headings = new Map(paths.map((path) => [`==> ${path} <==`, path]))
  const found: { readonly path: string; readonly at: number; readonly from: number }[] = []
  for (let at = bytes.indexOf('==> '); at >= 0; at = bytes.indexOf('==> ', at + 1)) {
    // No line is looked at twice: a file may be full of what resembles a heading.
    if (at > 0 && bytes[at - 1] !== NEWLINE) continue
    const end = bytes.indexOf(NEWLINE, at)
    const path = headings.get(bytes.toString('latin1', at, Math.min(end, at + LONGEST + 10)))
    if (end >= 0 && path !== undefined) found.push({ path, at, from: end + 1 })
  }
  const whole = found.length === paths.length && found.every(({ path }, index) => path === paths[index])
  if (!whole || (found[0]?.at ?? 0) !== 0) return undefined
  // An empty line stands before each heading but the first.
  const end = (index: number): number => (found[index + 1]?.at ?? bytes.length + 1) - 1
  return new Map(found.map(({ path, from }, index) => [path, bytes.subarray(from, end(index))]))
}
