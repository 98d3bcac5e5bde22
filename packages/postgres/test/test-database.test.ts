import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../src/testing/index.ts'

const database = await testDatabase('words', async (url) => {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`create table words (word text); insert into words values ('from the template')`)
  await client.end()
})

afterAll(() => database.drop())

test('a test database holds what its template holds', async () => {
  const client = new pg.Client(database.url)
  await client.connect()
  const { rows } = await client.query('select word from words')
  await client.end()
  expect(rows).toEqual([{ word: 'from the template' }])
})
