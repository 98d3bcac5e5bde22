import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { dropTemplates, testDatabase } from '../src/testing/test-database.ts'
import { ask } from './scratch.ts'

let prepared = 0

const words = () =>
  testDatabase('words', async (url) => {
    prepared += 1
    await ask(url, `create table words (word text); insert into words values ('from the template')`)
  })

const server = process.env.TEST_DATABASE_URL ?? ''
const named = async (name: string) => ask(server, `select datname from pg_database where datname = '${name}'`)

const database = await words()
afterAll(() => database.drop())

test('a test database holds what its template holds; the template is prepared once', async () => {
  const others = await Promise.all([words(), words(), words()])
  for (const { url } of [database, ...others]) {
    expect(await ask(url, 'select word from words')).toEqual([{ word: 'from the template' }])
  }
  expect(prepared).toBeLessThanOrEqual(1)
  for (const other of others) await other.drop()
})

test('test databases know nothing of each other', async () => {
  const other = await words()
  await ask(other.url, 'delete from words')
  expect(await ask(database.url, 'select word from words')).toHaveLength(1)
  await other.drop()
  expect(await named(other.name)).toEqual([])
})

test('a connection that was left open fails the drop, by name, and the database goes all the same', async () => {
  const leaky = await words()
  const client = new pg.Client({ connectionString: leaky.url, application_name: 'forgotten' })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('select 42 as answer')
  await expect(leaky.drop()).rejects.toThrow(
    /The test left 1 connection\(s\) open:\n- forgotten, idle, last query: select 42/,
  )
  expect(await named(leaky.name)).toEqual([])
  await client.end().catch(() => undefined)
})

test('a preparation that fails, or leaves a connection open, is told, and the next one starts from nothing', async () => {
  const leave = testDatabase('leaving', async (url) => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
  })
  await expect(leave).rejects.toThrow('The preparation of the template "leaving" left 1 connection(s) open')
  const fail = testDatabase('failing', async (url) => {
    await ask(url, 'create table half ()')
    throw new Error('half way')
  })
  await expect(fail).rejects.toThrow('half way')
  const again = await testDatabase('failing', async (url) => void (await ask(url, 'create table half ()')))
  expect(await ask(again.url, 'select * from half')).toEqual([])
  await again.drop()
})

test('a template has a plain name', async () => {
  await expect(testDatabase('no; drop')).rejects.toThrow('A template is named with up to 31 of a-z')
})

test('the templates of a run can be removed from a server that outlives it', async () => {
  const run = process.env.FACTOTUM_TEST_RUN
  process.env.FACTOTUM_TEST_RUN = `another run, ${process.pid}`
  const other = await testDatabase('removed')
  const templates = () =>
    ask<{ datname: string }>(server, `select datname from pg_database where datname like 'template\\_%'`)
  const before = await templates()
  await dropTemplates(server)
  process.env.FACTOTUM_TEST_RUN = run
  expect(before).toContainEqual({ datname: expect.stringMatching(/^template_removed_/) })
  expect(await templates()).not.toContainEqual({ datname: expect.stringMatching(/^template_removed_/) })
  expect(await templates()).toContainEqual({ datname: expect.stringMatching(/^template_words_/) })
  await other.drop()
})
