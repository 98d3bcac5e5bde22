import { Type } from 'typebox'
import type { StoredFile } from './schema.ts'
import { statuses } from './status.ts'

const time = Type.String({ format: 'date-time' })
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

const status = Type.String({ enum: [...statuses] })

/** What an upload, a removal and a new run answer. */
export const shortBody = Type.Object({ id: Type.Integer(), filename: Type.String(), status })

export const fileBody = Type.Object({
  ...shortBody.properties,
  size: Type.Integer({ description: 'Bytes.' }),
  sha256: Type.String({ description: 'Of the bytes as they came.' }),
  progress: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the bytes that are read.' }),
  error: orNull(Type.String()),
  handling_time: orNull(Type.Number({ description: 'Seconds from the start of the work to its end.' })),
  job_id: orNull(Type.String()),
  created_at: time,
  started_at: orNull(time),
  ended_at: orNull(time),
  updated_at: time,
})

export const listBody = Type.Object({
  files: Type.Array(fileBody),
  next: orNull(Type.Integer({ description: 'Give it as `before` for the next page.' })),
})

const value = orNull(Type.Union([Type.String(), Type.Number()]))

const columnBody = Type.Object({
  position: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  type: Type.String({ enum: ['integer', 'number', 'date', 'timestamp', 'boolean', 'text', 'empty'] }),
  format: orNull(Type.String({ description: 'How dates or numbers are written, where not the plain way.' })),
  nulls: Type.Integer(),
  values: Type.Integer({ description: 'Cells with content.' }),
  misfits: Type.Integer({ description: 'Cells with content that are not of the type.' }),
  misfit_example: orNull(Type.String()),
  distinct: Type.Integer(),
  distinct_exact: Type.Boolean({ description: 'False: estimated.' }),
  min: value,
  max: value,
  mean: value,
  quartiles: orNull(Type.Array(value, { minItems: 3, maxItems: 3 })),
  quartiles_exact: Type.Boolean({ description: 'False: estimated.' }),
  top: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })),
  histogram: orNull(Type.Object({ from: value, to: value, counts: Type.Array(Type.Integer()) })),
})

export const reportBody = Type.Object({
  rows: Type.Integer(),
  columns: Type.Array(columnBody),
  refused: Type.Integer(),
  refused_rows: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() })),
  duplicates: Type.Integer({ description: 'Rows that are equal to an earlier one.' }),
  reading: Type.Object({
    encoding: Type.String(),
    delimiter: Type.String(),
    quote: orNull(Type.String()),
    header: Type.Boolean(),
  }),
  notices: Type.Array(Type.String()),
  first_rows: Type.Array(Type.Array(orNull(Type.String()))),
})

export const fileWithReportBody = Type.Object({ ...fileBody.properties, report: orNull(reportBody) })

export const errorBody = Type.Object({ error: Type.String(), message: Type.String() })

export const short = ({ id, name, status }: StoredFile) => ({ id, filename: name, status })

export function body(file: StoredFile) {
  const { startedAt, endedAt } = file
  return {
    ...short(file),
    size: file.size,
    sha256: file.sha256,
    progress: file.progress,
    error: file.error,
    handling_time: startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) / 1_000 : null,
    job_id: file.jobId,
    created_at: file.createdAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    updated_at: file.updatedAt.toISOString(),
  }
}
