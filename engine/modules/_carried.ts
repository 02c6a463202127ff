/**
 * What `want` fetched or listed on the controller and `apply` needs. The host has no word for it, so it cannot be part
 * of the wished state: it goes along with that object, unseen by the diff.
 */
export interface Carried<T> {
  put<W extends object>(want: W, value: T): W
  get(want: object): T | undefined
}

export function carried<T>(): Carried<T> {
  const values = new WeakMap<object, T>()
  return {
    put(want, value) {
      values.set(want, value)
      return want
    },
    get: (want) => values.get(want),
  }
}
