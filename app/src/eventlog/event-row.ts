import { schema } from './sql.ts'
import { type EventType, type JsonValue, type Level, type LoggedEvent, levels, type Patch } from './types.ts'

/** An event as the driver gives it. */
export interface EventRow {
  id: string
  subject_kind: string
  subject_id: string
  place: string
  key: string
  code: string
  type: EventType
  level: number
  timer: string | null
  notes: string | null
  context: JsonValue
  patch: Patch | null
  created_by: string | null
  created_at: Date
  correlation_id: string | null
  erased_at: Date | null
}

export const selectEvents = `
  select id, subject_kind, subject_id, place, key, code, type, level, timer, notes, context, patch, created_by,
    created_at, correlation_id, erased_at
  from ${schema}.event`

export function eventOf(row: EventRow): LoggedEvent {
  return {
    id: Number(row.id),
    subject: { kind: row.subject_kind, id: row.subject_id },
    place: Number(row.place),
    key: row.key,
    code: row.code,
    type: row.type,
    level: levelOf(row.level),
    timer: row.timer,
    notes: row.notes,
    context: row.context,
    patch: row.patch,
    createdBy: row.created_by,
    createdAt: row.created_at,
    correlationId: row.correlation_id,
    erasedAt: row.erased_at,
  }
}

/** The highest level that the number reaches. */
function levelOf(number: number): Level {
  if (number >= levels.HIGH) return 'HIGH'
  return number >= levels.MODERATE ? 'MODERATE' : 'MINOR'
}
