/** Data as Python's json.dumps writes it: a space after comma and colon, ASCII only. */
export function pythonJson(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(pythonJson).join(', ')}]`
  if (typeof data === 'bigint') return String(data)
  if (data !== null && typeof data === 'object') {
    const rows = Object.entries(data).map(([key, value]) => `${pythonJson(key)}: ${pythonJson(value)}`)
    return `{${rows.join(', ')}}`
  }
  const json = JSON.stringify(data ?? null)
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
