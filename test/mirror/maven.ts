import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx'
import { emptyFolder } from './pack.ts'
import type { MirrorFolders } from './places.ts'

/** One dependency: `group:artifact:version`, or with the artifacts to leave out as well. */
export interface Dependency {
  readonly artifact: string
  readonly without?: readonly string[]
}

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

/** Copies jars and everything they need at run time into a fresh folder; returns that folder. */
export async function copyJars(name: string, wanted: readonly Dependency[], folders: MirrorFolders): Promise<string> {
  const project = await emptyFolder(join(folders.work, `${name}-jars`))
  const jars = join(project, 'jars')
  await writeFile(join(project, 'pom.xml'), renderPom(name, wanted))
  await mkdir(folders.maven, { recursive: true })
  await $({
    cwd: project,
    quiet: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })`mvn -B -q -Dmaven.repo.local=${folders.maven} \
    ${plugin}:copy-dependencies -DincludeScope=runtime -DoutputDirectory=${jars}`
  return jars
}

function renderPom(name: string, wanted: readonly Dependency[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kplay.mirror</groupId>
  <artifactId>${name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${wanted.map(renderDependency).join('\n')}
  </dependencies>
</project>
`
}

function renderDependency({ artifact, without = [] }: Dependency): string {
  const exclusions = without.map((other) => `<exclusion>${coordinates(other)}</exclusion>`).join('')
  return `    <dependency>${coordinates(artifact)}<exclusions>${exclusions}</exclusions></dependency>`
}

function coordinates(text: string): string {
  const [group = '', artifact = '', version] = text.split(':')
  const known = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`
  return version === undefined ? known : `${known}<version>${version}</version>`
}
