import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'

/** For servers whose content need not survive the machine. */
export const quick = { fsync: 'off', full_page_writes: 'off' }

/** A folder of a test file's own; `remove` fails when a process still works in it. */
export async function scratch(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'factotum-postgres-'))
  const remove = async () => {
    const end = Date.now() + 10_000
    while (Date.now() < end && (await processesBelow(path)).length > 0) await pause(20)
    expect(await processesBelow(path)).toEqual([])
    await rm(path, { recursive: true, force: true })
  }
  return { path, remove }
}

/** Processes whose working folder is in `folder`. Only Linux tells. */
export async function processesBelow(folder: string): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc').catch(() => [])) {
    const cwd = /^\d+$/.test(name) ? await readlink(`/proc/${name}/cwd`).catch(() => '') : ''
    if (cwd === folder || cwd.startsWith(`${folder}/`)) found.push(Number(name))
  }
  return found
}

/** One query on a connection of its own. */
export async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}
