import { pgSchema } from 'drizzle-orm/pg-core'
import { ownSchema } from './migrate.ts'

/** Pieces of SQL, for checks, defaults and partial indexes. */
export { sql } from 'drizzle-orm'
/** What a table's columns are declared with: drizzle's own, so that there is one of it. */
export * as columns from 'drizzle-orm/pg-core'

/** Where the tables of people's own features are: `ownTables.table('greeting', { … })`. */
export const ownTables = pgSchema(ownSchema)
