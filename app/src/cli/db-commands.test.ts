import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { upgradeDatabase } from '../compose/database-commands.ts'
import { readConfig } from '../platform/config/index.ts'
import { type loadKit, statementsOf } from '../platform/database/difference/from-code.ts'
import { ownTables } from '../platform/database/own-tables.ts'
import { isComplete } from '../platform/database/prompt/complete.ts'
import { promptForSql } from '../platform/database/prompt/prompt.ts'
import { runSql } from '../platform/database/prompt/run-sql.ts'
import { main } from './main.ts'

// The commands run in this process: starting each would cost seconds.
let database: TestDatabase
let client: pg.Client
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-db-'))
  database = await testDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('SECRET_KEY', '0123456789abcdef'.repeat(4))
  vi.stubEnv('FACTOTUM_HOME', join(folder, 'home'))
  vi.stubEnv('LOG_LEVEL', 'silent')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await client.end()
  await database.drop()
  await rm(folder, { recursive: true })
})

/** Runs a command; answers what it printed, and how it ended. */
async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  const printed = { out: '', err: '' }
  const log = vi.spyOn(console, 'log').mockImplementation((line) => {
    printed.out += `${line}\n`
  })
  const error = vi.spyOn(console, 'error').mockImplementation((line) => {
    printed.err += `${line}\n`
  })
  try {
    const status = await main(words)
    return { status, ...printed }
  } finally {
    log.mockRestore()
    error.mockRestore()
  }
}

/** All that migrations make in a schema; the order of columns says nothing. */
async function shape(schema: string): Promise<string[]> {
  const { rows } = await client.query<{ it: string }>(
    `select format('%s.%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
         pg_get_expr(d.adbin, d.adrelid)) as it
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and a.attnum > 0 and not a.attisdropped
     union all
     select format('%s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) from pg_constraint k
       where k.connamespace = $1::regnamespace
     union all
     select pg_get_indexdef(x.indexrelid) from pg_index x join pg_class c on c.oid = x.indexrelid
       where c.relnamespace = $1::regnamespace
     union all
     select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
       where c.relnamespace = $1::regnamespace and not t.tgisinternal
     union all
     select p.oid::regprocedure || ' ' || md5(pg_get_functiondef(p.oid)) from pg_proc p where p.pronamespace = $1::regnamespace
     order by it`,
    [schema],
  )
  return rows.map(({ it }) => it)
}

const names = async (schema: string) =>
  (await client.query<{ name: string }>(`select name from ${schema}.migration order by name`)).rows.map(
    ({ name }) => name,
  )

describe('The commands of the database', () => {
  it('migrate once, where two are at it at once', async () => {
    const config = readConfig(process.env)
    const both = await Promise.all([upgradeDatabase(config), upgradeDatabase(config)])
    const applied = both.flat().flatMap(({ part, names }) => names.map((name) => `${part} ${name}`))
    const all = [
      ...(await names('factotum')).map((name) => `app ${name}`),
      ...(await names('factotum_jobs')).map((name) => `jobs ${name}`),
    ]
    expect(all.length).toBeGreaterThan(10)
    expect(applied.sort()).toEqual(all.sort())
    expect(await run('db', 'upgrade')).toEqual({ status: 0, out: 'The database is up to date.\n', err: '' })
  })

  it('tell how far the engine and the program are', async () => {
    const newest = (await names('factotum')).at(-1)
    const current = await run('db', 'current')
    expect(current.out).toMatch(new RegExp(`^jobs +\\d{4}_\\w+\\napp +${newest}\\n$`))
    const { out } = await run('db', 'history')
    expect(out).toMatch(/^jobs +0001_engine +\d{4}-\d\d-\d\dT/m)
    expect(out).toMatch(/^app +0001_live +\d{4}-\d\d-\d\dT/m)
  })

  it.each(['app', 'jobs'])('take all of %s back and bring it again, the same', async (part) => {
    const schema = part === 'app' ? 'factotum' : 'factotum_jobs'
    const before = (await shape(schema)).filter((line) => !/_\d{8}|_\d{4}_\d\d/.test(line))
    const count = (await names(schema)).length
    const down = await run('db', 'downgrade', '--part', part, '--steps', String(count))
    expect([down.status, down.err]).toEqual([0, ''])
    expect((await shape(schema)).filter((line) => !line.includes('migration'))).toEqual([])
    expect((await run('db', 'current')).out).toContain(`(${count} to apply: factotum db upgrade)`)
    expect((await run('db', 'upgrade')).status).toBe(0)
    expect((await shape(schema)).filter((line) => !/_\d{8}|_\d{4}_\d\d/.test(line))).toEqual(before)
  })

  it('find nothing to migrate: the tables in code are those of the database', async () => {
    const { status, out, err } = await run('db', 'migrate', '-m', 'nothing')
    expect([status, err]).toEqual([0, ''])
    expect(out).toMatch(/^The database has what schema.ts declares: nothing was written./)
    expect(out).toContain('live_inbox')
  })
})

describe('A feature of one’s own', () => {
  const own = 'factotum_features'
  const source = (declared: string) => `
    import { columns, ownTables, sql } from '${new URL('../platform/database/own-tables.ts', import.meta.url).href}'
    ${declared}`
  const first = source(`
    export const notes = ownTables.table('note', {
      id: columns.bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
      title: columns.text('title'),
      tag: columns.varchar('tag', { length: 20 }).default('none'),
      price: columns.integer('price').notNull().default(1),
    })`)
  const second = source(`
    export const authors = ownTables.table('author', {
      id: columns.uuid('id').primaryKey().defaultRandom(),
      name: columns.text('name').notNull().unique(),
    })
    export const notes = ownTables.table('note', {
      id: columns.bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
      title: columns.text('title').notNull().default('untitled'),
      price: columns.numeric('price', { precision: 10, scale: 2 }).notNull().default('1'),
      stars: columns.integer('stars').notNull().default(0),
      author: columns.uuid('author_id').references(() => authors.id, { onDelete: 'set null' }),
    }, (table) => [
      columns.check('stars_are_few', sql\`\${table.stars} between 0 and 5\`),
      columns.index('note_by_title').on(table.title),
      columns.uniqueIndex('note_untitled').on(table.author).where(sql\`\${table.title} = 'untitled'\`),
    ])`)

  /** A folder with one feature; what is loaded once is not read again, so each version stands in its own. */
  async function version(name: string, schema: string, from?: string): Promise<string> {
    const at = join(folder, name)
    if (from) await cp(join(from, 'migrations'), join(at, 'migrations'), { recursive: true })
    for (const [path, content] of [
      ['package.json', '{ "type": "module" }'],
      ['notes/schema.ts', schema],
      ['notes/settings.ts', 'export default {}'],
    ] as const) {
      await mkdir(dirname(join(at, path)), { recursive: true })
      await writeFile(join(at, path), content)
    }
    return at
  }

  let one: string
  let two: string

  it('gets its tables from what its schema.ts declares', async () => {
    one = await version('one', first)
    const { status, out, err } = await run('db', 'migrate', '-m', 'Add notes!', '--features', one)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('0001_add_notes.up.sql')
    expect((await readdir(join(one, 'migrations'))).sort()).toEqual([
      '0001_add_notes.down.sql',
      '0001_add_notes.up.sql',
    ])
    const up = await run('db', 'upgrade', '--features', one)
    expect(up).toEqual({ status: 0, out: 'Applied to your features: 0001_add_notes\n', err: '' })
    await client.query(`insert into ${own}.note (title) values (null), ('kept')`)
    expect((await run('db', 'migrate', '-m', 'again', '--features', one)).out).toContain(
      'nothing was written',
    )
  })

  it('gets a real change of them, up, down and up again, and the schema is the same', async () => {
    two = await version('two', second, one)
    const before = await shape(own)
    const written = await run('db', 'migrate', '-m', 'authors', '--features', two)
    expect([written.status, written.err]).toEqual([0, ''])
    expect(written.out).toContain('It loses what is in note.tag.')
    expect(await shape(own)).toEqual(before)
    // A title may be null until now: what is written is looked over, and mended.
    const path = join(two, 'migrations', '0002_authors.up.sql')
    const sql = await readFile(path, 'utf8')
    const mend = `update :schema.note set title = 'untitled' where title is null;\n\n`
    await writeFile(
      path,
      sql.replace('alter table :schema.note alter column title set not null', `${mend}$&`),
    )

    expect((await run('db', 'upgrade', '--features', two)).err).toBe('')
    const after = await shape(own)
    expect(after).not.toEqual(before)
    const down = await run('db', 'downgrade', '--features', two)
    expect(down.out).toBe('Taken back: 0002_authors\n')
    expect(await shape(own)).toEqual(before)
    expect((await run('db', 'upgrade', '--features', two)).err).toBe('')
    expect(await shape(own)).toEqual(after)
    const { rows } = await client.query(`select title, price, stars from ${own}.note order by id`)
    expect(rows).toEqual([
      { title: 'untitled', price: '1.00', stars: 0 },
      { title: 'kept', price: '1.00', stars: 0 },
    ])
  })

  it('keeps its old schema where a migration fails half-way', async () => {
    const before = await shape(own)
    const broken = join(two, 'migrations', '0003_broken')
    await writeFile(`${broken}.up.sql`, 'create table :schema.half (id int);\nselect nonsense;\n')
    await writeFile(`${broken}.down.sql`, 'drop table :schema.half;\n')
    const { status, err } = await run('db', 'upgrade', '--features', two)
    expect(status).toBe(1)
    expect(err).toBe(
      'Migration 0003_broken (up) failed: column "nonsense" does not exist. The schema is as it was before it.\n',
    )
    expect(await shape(own)).toEqual(before)
    expect((await run('db', 'history', '--features', two)).out).toMatch(
      /^features +0003_broken +not applied$/m,
    )
    const behind = await run('db', 'migrate', '-m', 'more', '--features', two)
    expect([behind.status, behind.err]).toEqual([
      1,
      'The database lacks 0003_broken. Run "factotum db upgrade" first.\n',
    ])
    await Promise.all([rm(`${broken}.up.sql`), rm(`${broken}.down.sql`)])
  })

  it('is refused by who does not know its newest tables, with what to do', async () => {
    const { status, err } = await run('db', 'upgrade', '--features', one)
    expect(status).toBe(1)
    expect(err).toMatch(/newer than this program: it has the migration 0002_authors. Start the newer version/)
    expect((await run('db', 'history', '--features', one)).out).toMatch(/0002_authors .*of a newer program$/m)
  })

  it('drops a table that no code declares only where it is told to', async () => {
    const three = await version('three', first, two)
    const left = await run('db', 'migrate', '-m', 'stay', '--features', three)
    expect(left.out).toContain('In no schema.ts, and left alone: author.')
    await rm(join(three, 'migrations', '0003_stay.up.sql'))
    await rm(join(three, 'migrations', '0003_stay.down.sql'))
    const wrong = await run('db', 'migrate', '-m', 'go', '--drop', 'note', '--features', three)
    expect(wrong.err).toBe('The table "note" is not dropped: code declares it.\n')
    const gone = await run('db', 'migrate', '-m', 'go', '--drop', 'author', '--features', three)
    expect(gone.out).toContain('drop table :schema.author')
    expect(await readFile(join(three, 'migrations', '0003_go.down.sql'), 'utf8')).toContain(
      'create table :schema.author',
    )
  })

  it('is told what to install where there is no drizzle-kit', async () => {
    const absent = () => import('drizzle-kit-that-nobody-has' as string) as ReturnType<typeof loadKit>
    const error = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
    const load = () => absent().catch(() => Promise.reject(error))
    await expect(statementsOf([ownTables.table('note', {})], own, load)).rejects.toThrow(
      'npm install --save-dev drizzle-kit@0.31.11',
    )
  })
})

describe('The prompt for SQL', () => {
  it.each([
    ['select 1;', true],
    ['select 1', false],
    ["select ';", false],
    ["select ';' ;", true],
    ['select 1; -- and no more', true],
    ['select 1 -- ;', false],
    ['/* ; */', false],
    ['create function f() returns int language sql as $x$ select 1; $x$', false],
    ['create function f() returns int language sql as $x$ select 1; $x$;\n', true],
    ['select 1; select', false],
    ['', false],
  ])('knows whether %j is whole', (typed, whole) => {
    expect(isComplete(typed)).toBe(whole)
  })

  it('prints what statements answer', async () => {
    const sql =
      "create temp table pair (a int, b text); insert into pair values (1, 'x'), (22, null); select * from pair"
    expect(await runSql(client, sql)).toBe(
      'CREATE\n\nINSERT 2\n\na   b\n--  -\n1   x\n22\n(2 rows)'.replace('CREATE', 'CREATE'),
    )
  })

  it('takes several statements as one transaction, and says where one is wrong', async () => {
    const sql = 'create table public.gone (id int);\nselect nonsense;'
    await expect(runSql(client, sql)).rejects.toThrow(
      'ERROR: column "nonsense" does not exist\nLine 2: select nonsense;',
    )
    expect((await runSql(client, "select to_regclass('public.gone') as it")).split('\n')[2]).toBe('')
  })

  it('goes on after a mistake, and ends by \\q', async () => {
    const input = new PassThrough()
    const output = new PassThrough()
    const printed = text(output)
    input.end('select 6 *\n 7 as it;\nselect wrong;\n\\d\n\\q\n')
    await promptForSql(client, { input, output }, database.url)
    output.end()
    const seen = await printed
    expect(seen).toMatch(/it\n--\n42\n\(1 row\)/)
    expect(seen).toContain('ERROR: column "wrong" does not exist')
    expect(seen).toMatch(/factotum_jobs +job /)
  })
})
