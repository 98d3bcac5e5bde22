import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localPath } from './local-path.ts'

describe('The way back', () => {
  it('keeps a path of this host with its query', () => {
    expect(localPath('/jobs?state=failed')).toBe('/jobs?state=failed')
  })

  for (const path of [
    undefined,
    '',
    'jobs',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/\t/evil.example',
  ])
    it(`never leads elsewhere: ${JSON.stringify(path)}`, () => expect(localPath(path)).toBe('/'))

  it('stays here for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { origin } = new URL(localPath(text), 'http://here.example')
        expect(origin).toBe('http://here.example')
      }),
    )
  })
})
