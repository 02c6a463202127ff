/**
 * What may be needed is asked at once, so that it travels with the rest. That it fails is nothing to those who find out
 * that they do not need it.
 */
export function early<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => undefined)
  return asked
}
