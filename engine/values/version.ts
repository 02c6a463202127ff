import { failure } from './operand.ts'

export type VersionType = 'loose' | 'strict' | 'semver' | 'semantic' | 'pep440'

/** Negative, zero or positive. */
export function compareVersions(one: string, other: string, type: VersionType): number {
  switch (type) {
    case 'loose':
      return compareLists(looseParts(one), looseParts(other), type)
    case 'strict':
      return compareLists(strictParts(one), strictParts(other), type)
    case 'pep440':
      return compareLists(pep440Parts(one), pep440Parts(other), type)
    default:
      return compareSemantic(one, other)
  }
}

type Part = number | string

/** Runs of digits are numbers, runs of letters text, dots part them. */
const looseParts = (version: string): Part[] =>
  version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

function compareLists(one: readonly Part[], other: readonly Part[], type: string): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const [mine, theirs] = [one[index], other[index]]
    if (mine === theirs || mine === undefined || theirs === undefined) continue
    if (typeof mine !== typeof theirs)
      throw failure(
        `the versions cannot be compared: ${mine} and ${theirs} differ in kind`,
        `this is the version_type ${type}`,
      )
    return mine < theirs ? -1 : 1
  }
  return one.length - other.length
}

/** `1.2`, `1.2.3`, `1.2a1`: a pre-release comes before its release. */
function strictParts(version: string): Part[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version)
  if (!match) throw failure(`invalid version number '${version}'`)
  const [, major, minor, patch, pre, number] = match
  return [Number(major), Number(minor), Number(patch ?? 0), pre ?? 'c', Number(number ?? 0)]
}

const SEMANTIC = /^(\d+)\.(\d+)\.(\d+)(?:-([\da-zA-Z.-]+))?(?:\+[\da-zA-Z.-]+)?$/

/** https://semver.org, section 11. */
function compareSemantic(one: string, other: string): number {
  const [mine, theirs] = [one, other].map((version) => {
    const match = SEMANTIC.exec(version)
    if (!match) throw failure(`invalid semantic version '${version}'`)
    return { core: match.slice(1, 4).map(Number), pre: match[4]?.split('.') }
  })
  const core = compareLists(mine?.core ?? [], theirs?.core ?? [], 'semver')
  if (core !== 0) return core
  if (!mine?.pre || !theirs?.pre) return Number(Boolean(theirs?.pre)) - Number(Boolean(mine?.pre))
  for (const [index, part] of mine.pre.entries()) {
    const against = theirs.pre[index]
    if (against === undefined) return 1
    const order = compareIdentifiers(part, against)
    if (order !== 0) return order
  }
  return mine.pre.length - theirs.pre.length
}

function compareIdentifiers(one: string, other: string): number {
  const [digits, others] = [/^\d+$/.test(one), /^\d+$/.test(other)]
  if (digits && others) return Number(one) - Number(other)
  if (digits !== others) return digits ? -1 : 1
  return one < other ? -1 : one > other ? 1 : 0
}

const PEP440 =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z\d]+(?:[-_.][a-z\d]+)*))?$/i
const STAGES: Readonly<Record<string, number>> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 }

/** PEP 440: epoch, release, pre-, post- and development release. */
function pep440Parts(version: string): number[] {
  const match = PEP440.exec(version.trim())
  if (!match) throw failure(`invalid version '${version}'`)
  const [, epoch, release = '', pre, preNumber, post, postNumber, dev, devNumber] = match
  const numbers = release.split('.').map(Number)
  const padded = Array.from({ length: 8 }, (_, index) => numbers[index] ?? 0)
  const isPost = post !== undefined || postNumber !== undefined
  const stage = pre === undefined ? (dev !== undefined && !isPost ? 0 : 4) : (STAGES[pre.toLowerCase()] ?? 4)
  return [
    Number(epoch ?? 0),
    ...padded,
    stage,
    Number(preNumber ?? 0),
    isPost ? 1 : 0,
    Number(post ?? (postNumber || 0)),
    dev === undefined ? 1 : 0,
    Number(devNumber || 0),
  ]
}
