export { checkDefinition } from './check-definition.ts'
export type { Chooser } from './choose-code.ts'
export {
  type AnyEvents,
  type ChoiceOf,
  type CodeOf,
  defineEvents,
  type EventCode,
  type EventDefinition,
} from './define.ts'
export type { Cause, Entry, EntryOf } from './entry.ts'
export { EventError, type EventErrorCode } from './error.ts'
export { createEventLog, type EventLog, type EventLogOptions } from './event-log.ts'
export type { HeadExport } from './export-heads.ts'
export type { Finding, FindingKind, Tell } from './finding.ts'
export type { HeadStore } from './head-file.ts'
export { applyPatch, diff, revertPatch } from './patch.ts'
export type { Effects, EffectsOf } from './process.ts'
export type { EventPage, EventQuery, SubjectQuery } from './read.ts'
export {
  type CodeEntry,
  type CodeFilter,
  createRegistry,
  EventRegistry,
  type ListedCode,
} from './registry.ts'
export type { SqlClient } from './sql.ts'
export * from './types.ts'
export type { Verification } from './verify.ts'
