/**
 * What a feature outside of this repository stands on: `import { defineJobs } from 'factotum'`.
 * `docs/guide/your-own-feature.md` tells how one looks.
 */
export type { JobManager, Json } from '@factotum/jobs'
export { currentJob, JobError } from '@factotum/jobs'
export { Type } from 'typebox'
export { Form, PostButton } from './console/components/index.ts'
export { type ConsolePart, type Page, sendFragment, sendPage } from './console/index.ts'
export {
  applyPatch,
  type Cause,
  defineEvents,
  diff,
  EventError,
  type EventLog,
  revertPatch,
} from './eventlog/index.ts'
export type { LiveMessage, Topic } from './live/index.ts'
export type { Cache, CacheFigures, Keeping } from './platform/cache/index.ts'
export type { Context } from './platform/context.ts'
export type { Database, Transaction } from './platform/database/index.ts'
export { columns, ownTables, sql } from './platform/database/own-tables.ts'
export { defineErrors, HttpError } from './platform/errors/index.ts'
export { defineJobs } from './platform/feature.ts'
export {
  causeOf,
  type Guard,
  guard,
  type HttpServer,
  type Routes,
  uploadBytes,
} from './platform/http/index.ts'
export { type Log, log } from './platform/logging/log.ts'
export { defineSettings, type Setting, type Settings, setting } from './platform/settings/index.ts'
export type { Storage } from './platform/storage/index.ts'
