import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@factotum/postgres'
import pg from 'pg'
import type { Store } from './store.ts'

/** A fresh durable server, or the one that `url` names: databases are made on it and dropped. */
export async function openPostgres(url: string | undefined): Promise<Store> {
  if (url) return onServer(url, async () => {})
  const folder = await mkdtemp(join(tmpdir(), 'factotum-bench-'))
  const server = await startPostgres({ folder, dieWithParent: true })
  return onServer(server.url, async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
}

function onServer(url: string, stop: () => Promise<void>): Store {
  let made = 0
  return {
    stop,
    describe: () => asAdmin(url, describe),
    async withEmpty(work) {
      const name = `bench_${process.pid}_${++made}`
      await asAdmin(url, async (admin) => {
        await admin.query(`create database ${name}`)
        await admin.query('checkpoint')
      })
      try {
        const own = new URL(url)
        own.pathname = `/${name}`
        return await work(own.href)
      } finally {
        await asAdmin(url, (admin) => drop(admin, name))
      }
    },
  }
}

/** A connection that was just closed takes a moment to go; a forced end would reach its program as an error. */
async function drop(admin: pg.Client, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await admin.query(
      'select from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [name],
    )
    if (open.rowCount === 0) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await admin.query(`drop database ${name} with (force)`)
}

const mustBeOn = ['fsync', 'synchronous_commit', 'full_page_writes']

async function describe(admin: pg.Client): Promise<string> {
  const names = ['server_version', ...mustBeOn, 'shared_buffers', 'max_wal_size']
  const { rows } = await admin.query<{ name: string; setting: string }>(
    'select name, current_setting(name) as setting from unnest($1::text[]) as name',
    [names],
  )
  const off = rows.find(({ name, setting }) => mustBeOn.includes(name) && setting !== 'on')
  if (off) throw new Error(`This PostgreSQL may lose acknowledged writes: ${off.name} is ${off.setting}.`)
  const all = rows.map(({ name, setting }) => `${name} ${setting}`)
  return `PostgreSQL: ${all.join(', ')}`
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}
