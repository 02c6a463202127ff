import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** How a project writes its checksum files. `gpg` is what `gpg --print-md` prints: Apache's files look like that. */
export type ChecksumStyle = 'bare' | 'gnu' | 'bsd' | 'gpg'

/** The checksum files beside one archive: algorithm → style. */
export type ChecksumFiles = Readonly<Record<string, ChecksumStyle>>

/** The digest of a file in lower-case hex; the algorithm is named as node:crypto names it (`sha256`). */
export async function digestFile(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** The text of a checksum file. */
export function renderChecksum(style: ChecksumStyle, algorithm: string, name: string, hex: string): string {
  switch (style) {
    case 'bare':
      return `${hex}\n`
    case 'gnu':
      return `${hex}  ${name}\n`
    case 'bsd':
      return `${algorithm.toUpperCase()} (${name}) = ${hex}\n`
    case 'gpg':
      return renderGpg(name, hex.toUpperCase())
  }
}

/** gpg's layout of a SHA-2 digest: groups of eight digits, as many to a line as fit beside the name in 80 columns. */
function renderGpg(name: string, hex: string): string {
  const groups = hex.match(/.{8}/g) ?? []
  const perLine = Math.max(1, Math.min(8, Math.floor((79 - name.length) / 9)))
  const lines: string[] = []
  for (let at = 0; at < groups.length; at += perLine) lines.push(groups.slice(at, at + perLine).join(' '))
  return `${name}: ${lines.join(`\n${' '.repeat(name.length + 2)}`)}\n`
}

/** Writes the checksum files beside an archive. */
export async function writeChecksums(archive: string, files: ChecksumFiles): Promise<void> {
  for (const [algorithm, style] of Object.entries(files)) {
    const hex = await digestFile(archive, algorithm)
    await writeFile(`${archive}.${algorithm}`, renderChecksum(style, algorithm, basename(archive), hex))
  }
}
