import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTexts, type Archive } from './archive.ts'
import { copyJars } from './maven.ts'
import type { MirrorFolders } from './places.ts'

/** Each command is the runner of `scala/bin` under another name, with another main class. */
const commands: Readonly<Record<string, string>> = {
  scala: 'scala.tools.nsc.MainGenericRunner',
  scalac: 'scala.tools.nsc.Main',
  fsc: 'scala.tools.nsc.CompileClient',
  scaladoc: 'scala.tools.nsc.ScalaDoc',
  scalap: 'scala.tools.scalap.Main',
}

export const scala: Archive = {
  name: 'scala',
  version: '2.11.0',
  path: 'scala/2.11.0/scala-2.11.0.tgz',
  folder: 'scala-2.11.0',
  date: '2014-04-16 00:00:00',
  checksums: { sha256: 'bare', sha512: 'bsd' },
  fill: fillScala,
}

async function fillScala(target: string, folders: MirrorFolders): Promise<void> {
  const jars = await copyJars(
    'scala',
    ['org.scala-lang:scala-compiler:2.11.0', 'org.scala-lang:scalap:2.11.0', 'jline:jline:2.11'].map((artifact) => ({
      artifact,
    })),
    folders,
  )
  await mkdir(join(target, 'lib'), { recursive: true })
  for (const name of await readdir(jars)) {
    // The compiler looks for its own jars by these names, without a version.
    const released = name.replace(/^(scala-(?:compiler|library|reflect))-2\.11\.0\.jar$/, '$1.jar')
    await copyFile(join(jars, name), join(target, 'lib', released))
  }
  await copyTexts('scala/bin', join(target, 'bin'), 0o755)
  for (const [name, main] of Object.entries(commands)) {
    const text = `#!/bin/bash\nmain=${main}\n. "$(dirname "$(readlink -f "$0")")/run-scala.sh"\n`
    await writeFile(join(target, 'bin', name), text, { mode: 0o755 })
  }
}
