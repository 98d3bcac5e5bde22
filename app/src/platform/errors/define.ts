import type { Json } from '@factotum/jobs'
import { HttpError } from './http-error.ts'

/** A row of the error table: `{name}` in the message stands for a value. */
export interface ErrorRow {
  status: number
  /** A sentence that says what to do. */
  message: string
}

export type ErrorTable = Record<string, ErrorRow>

export interface Errors<T extends ErrorTable = ErrorTable> {
  table: T
  /** Makes the error of a row; `values` fill the message, `fields` go to the client beside it. */
  fail(
    code: keyof T & string,
    values?: Record<string, string | number>,
    fields?: Record<string, Json>,
  ): HttpError
}

/** Adds rows to the program's table of errors: what `errors.ts` of a feature exports. */
export function defineErrors<T extends ErrorTable>(table: T): Errors<T> {
  return {
    table,
    fail(code, values = {}, fields = {}) {
      const row = table[code]
      if (!row) throw new Error(`There is no error "${code}" in this table.`)
      return new HttpError(row.status, code, filled(row.message, values), fields)
    },
  }
}

const filled = (message: string, values: Record<string, string | number>) =>
  message.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
