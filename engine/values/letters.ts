/** Upper and lower case as Python's methods of str change them. */

export function capitalize(text: string): string {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length).toLowerCase()
}

/** The first letter of every run of letters is upper case. */
export const titleCase = (text: string): string => text.replace(/\p{L}+/gu, capitalize)

export const swapCase = (text: string): string =>
  Array.from(text, (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase())).join('')
