import { describe, expect, it } from 'vitest'
import { pythonFacts } from '../../../engine/host/facts/python.ts'
import { source } from '../support/facts-source.ts'

describe('Python', () => {
  it('is told of as its own module sys names it', () => {
    const python = '/usr/bin/python3.13\ncpython\nTrue\n3\n13\n0\ncandidate\n2\n'
    expect(pythonFacts(source({}, { python }))).toEqual({
      python: {
        executable: '/usr/bin/python3.13',
        type: 'cpython',
        has_sslcontext: true,
        version: { major: 3, minor: 13, micro: 0, releaselevel: 'candidate', serial: 2 },
        version_info: [3, 13, 0, 'candidate', 2],
      },
      python_version: '3.13.0',
    })
  })
  it('need not be there', () => {
    expect(pythonFacts(source({}, { python: '' }))).toEqual({})
    expect(pythonFacts(source({}, { python: 'bash: no such thing\n' }))).toEqual({})
  })
})
