import { Source } from '../../../engine/host/facts/source.ts'

/** What a host said: files with their text, and the answers of commands by name. */
export function source(files: Record<string, string>, sections: Record<string, string> = {}): Source {
  const lines = Object.entries(files).flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`))
  const parts = Object.entries({ files: lines.join('\n'), ...sections }).map(([name, text]) => `\nN:${name}\n${text}`)
  return new Source(parts.join(''), 'N:', 'root')
}
