import type { SqlClient } from '../../eventlog/index.ts'
import { schema } from '../database/migrate.ts'

/** The values that were set, as they are stored, and the number of the last change; 0 before the first. */
export interface Stored {
  version: number
  values: ReadonlyMap<string, unknown>
}

export async function readRows(client: SqlClient): Promise<Stored> {
  const { rows } = await client.query<{ config_name: string; value: unknown; version: string }>(
    `select config_name, value, version from ${schema}.setting`,
    [],
  )
  return {
    version: rows.reduce((last, { version }) => Math.max(last, Number(version)), 0),
    values: new Map(rows.map(({ config_name, value }) => [config_name, value])),
  }
}

/** Until the transaction ends nobody else changes settings; reading goes on. */
export async function lockRows(client: SqlClient): Promise<Stored> {
  await client.query(`lock table ${schema}.setting in share row exclusive mode`, [])
  return readRows(client)
}

export interface WrittenRow {
  configName: string
  value: unknown
  version: number
  changedBy: string | null
}

export async function writeRow(client: SqlClient, row: WrittenRow): Promise<void> {
  await client.query(
    `insert into ${schema}.setting (config_name, value, version, changed_by) values ($1, $2, $3, $4)
     on conflict (config_name) do update set value = excluded.value, version = excluded.version,
       changed_by = excluded.changed_by, changed_at = clock_timestamp()`,
    [row.configName, JSON.stringify(row.value), row.version, row.changedBy],
  )
}
