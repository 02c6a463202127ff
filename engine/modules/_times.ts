const PARTS = {
  Y: String.raw`\d{4}`,
  m: String.raw`\d\d`,
  d: String.raw`\d\d`,
  H: String.raw`\d\d`,
  M: String.raw`\d\d`,
  S: String.raw`\d\d`,
}

/**
 * A time as touch(1) takes it (CCYYMMDDhhmm.SS), read by a strftime format of %Y %m %d %H %M %S. Undefined when the
 * text does not fit the format.
 */
export function touchStamp(text: string, format: string): string | undefined {
  const names: string[] = []
  const pattern = format.replace(
    /%([YmdHMS])|([.*+?^${}()|[\]\\])/g,
    (_, name: string | undefined, special: string) => {
      if (name === undefined) return `\\${special}`
      names.push(name)
      return `(${PARTS[name as keyof typeof PARTS]})`
    },
  )
  const found = new RegExp(`^${pattern}$`).exec(text)
  if (!found) return undefined
  const part = (name: string, missing: string): string =>
    (names.includes(name) ? found[names.indexOf(name) + 1] : undefined) ?? missing
  const day = `${part('Y', '1900')}${part('m', '01')}${part('d', '01')}`
  return names.length === 0 ? undefined : `${day}${part('H', '00')}${part('M', '00')}.${part('S', '00')}`
}
