import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JobError, jobErrorSentences } from '../src/errors.ts'

const { NotFound, Conflict, Invalid, Fatal, Snooze, Failed, Canceled, Timeout, Closed, Lost } = JobError
const kinds = { NotFound, Conflict, Invalid, Fatal, Failed, Canceled, Timeout, Closed, Lost }
const errors = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, Kind]) => [name, new Kind()])),
  Snooze: new Snooze('1h'),
}

test('each kind has a code of its own, and each code a kind', () => {
  const codes = Object.values(errors).map(({ code }) => code)
  expect(codes.toSorted()).toEqual(Object.keys(jobErrorSentences).toSorted())
})

test('the table in docs/errors.md says the same', () => {
  const docs = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const section = docs.split(/^## /m).find((part) => part.startsWith('Jobs\n')) ?? ''
  const documented = [...section.matchAll(/^\| `(\w+)` \| `(\w+)` \| ([^|]+) \|/gm)].map((row) =>
    row.slice(1, 4),
  )
  const coded = Object.entries(errors).map(([name, { code, message }]) => [code, name, message])
  expect(documented.toSorted()).toEqual(coded.toSorted())
})

test('a kind is caught by its class, by the base and by its name, and keeps its cause', () => {
  const cause = new Error('disk full')
  const error = new JobError.Fatal('No such file: a.png', { cause })
  expect(error).toBeInstanceOf(JobError.Fatal)
  expect(error).toBeInstanceOf(JobError)
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(JobError.Timeout)
  expect(String(error)).toBe('JobError.Fatal: No such file: a.png')
  expect(error.cause).toBe(cause)
})
