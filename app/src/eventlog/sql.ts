import type pg from 'pg'

/** A connection in the caller's transaction. */
export type SqlClient = Pick<pg.ClientBase, 'query'>

/** Where the tables are; quoted for SQL. */
export const schema = '"factotum"'

/** A moment as the macs know it: UTC, with microseconds. */
export const momentText = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
