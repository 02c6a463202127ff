/**
 * Where a kernel setting lies below /proc/sys, by the rules of sysctl(8): the first separator decides. `a.b/c` means
 * a/b.c (a network interface may have a dot in its name), `a/b.c` is meant literally.
 */
export function kernelPath(key: string): string {
  const first = /[./]/.exec(key)?.[0]
  const path = first === '.' ? key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : key
  return `/proc/sys/${path}`
}
