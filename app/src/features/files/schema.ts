import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  real,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { schema } from '../../platform/database/migrate.ts'
import type { ColumnProfile, Settings, Summary } from './profile/report.ts'
import type { FileStatus } from './status.ts'
import type { Survey } from './survey.ts'

const factotum = pgSchema(schema)
const moment = (name: string) => timestamp(name, { withTimezone: true })
const id = (name: string) => bigint(name, { mode: 'number' })

/** The files that were handed in; `app/migrations/0002_files.up.sql` has the words on each column. */
export const files = factotum.table(
  'file',
  {
    id: id('id').primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    size: id('size').notNull(),
    sha256: text('sha256').notNull(),
    storageKey: text('storage_key').unique(),
    survey: jsonb('survey').$type<Survey>().notNull(),
    status: text('status').$type<FileStatus>().notNull().default('Waiting'),
    run: integer('run').notNull().default(1),
    attempt: integer('attempt').notNull().default(0),
    jobId: text('job_id'),
    settings: jsonb('settings').$type<Settings>().notNull().default({}),
    progress: real('progress').notNull().default(0),
    error: text('error'),
    summary: jsonb('summary').$type<Summary>(),
    createdAt: moment('created_at').notNull().defaultNow(),
    startedAt: moment('started_at'),
    endedAt: moment('ended_at'),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'file_status_check',
      sql`${table.status} in ('Waiting', 'Processing', 'Ok', 'Error', 'Canceled', 'Removed')`,
    ),
    index('file_unfinished').on(table.id).where(sql`${table.status} in ('Waiting', 'Processing')`),
  ],
)

/** The columns of the reports. */
export const fileColumns = factotum.table(
  'file_column',
  {
    fileId: id('file_id')
      .notNull()
      .references(() => files.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    profile: jsonb('profile').$type<ColumnProfile>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.fileId, table.position] })],
)

/** A file with all that is kept about it but its report. */
export type StoredFile = Omit<typeof files.$inferSelect, 'summary'>
