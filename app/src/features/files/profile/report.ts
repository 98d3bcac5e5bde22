/** A cell, a bound or a mean as the report shows it: numbers as numbers, dates and text as text. */
export type Value = string | number | null

/** What a column's cells are, by nearly all of them. `empty`: it has no cell with content. */
export type ColumnType = 'integer' | 'number' | 'date' | 'timestamp' | 'boolean' | 'text' | 'empty'

export interface ColumnProfile {
  /** From 1. */
  position: number
  name: string
  type: ColumnType
  /** How dates or numbers are written, where it is not the plain way: `DD.MM.YYYY`, `1.234,56`. */
  format: string | null
  nulls: number
  /** Cells with content. */
  values: number
  /** Cells with content that are not of the type; the figures leave them out. */
  misfits: number
  misfit_example: string | null
  distinct: number
  /** False: estimated, within a few per cent. */
  distinct_exact: boolean
  min: Value
  max: Value
  mean: Value
  /** First quartile, median, third quartile; null where there is no order but the alphabet's. */
  quartiles: [Value, Value, Value] | null
  /** False: estimated, within one or two per cent of the rows. */
  quartiles_exact: boolean
  /** The most frequent values with exact counts, most frequent first; empty where none is frequent. */
  top: { value: string; count: number }[]
  histogram: Histogram | null
}

/** Bins of the same width from `from` to `to`. */
export interface Histogram {
  from: Value
  to: Value
  counts: number[]
}

/** A row that is no row of this table. */
export interface RefusedRow {
  /** The line in the file where the row begins, from 1. */
  line: number
  reason: string
}

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

/** How the file was read. */
export interface Reading {
  encoding: Encoding
  /** One character. */
  delimiter: string
  /** One character; null where quotes mean nothing. */
  quote: string | null
  /** Whether the first row has the columns' names. */
  header: boolean
}

/** What a person set; the rest is sniffed. */
export type Settings = Partial<Reading>

/** The report without its columns. */
export interface Summary {
  rows: number
  columns: number
  refused: number
  /** The first 100 of them. */
  refused_rows: RefusedRow[]
  /** Rows that are equal to an earlier one. */
  duplicates: number
  reading: Reading
  /** What a person should know about the file besides. */
  notices: string[]
  /** The first rows, of the first 100 columns, long cells cut. */
  first_rows: (string | null)[][]
}

/** A file of which no report can be made; the message is for the person who sent it. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile'
}
