import { milliseconds } from './duration.ts'
import { type Checks, checkOptions, span, wholeNumber } from './options.ts'
import type { Duration } from './types.ts'

/** From where on a figure is an alarm. */
export interface HealthLimits {
  /** A due job may wait for so long in a queue that a worker serves; default 5 minutes. */
  waiting?: Duration
  /** A due job may wait for so long in a queue that no worker serves; default 1 minute. */
  deserted?: Duration
  /** A fire of a schedule may be owed for so long; default 2 minutes. */
  scheduleLate?: Duration
  /** A transaction may keep the database from cleaning up for so long; default 15 minutes. */
  transaction?: Duration
  /** The table of unfinished jobs may have so many dead rows; default 5,000,000, a busy minute or two. */
  deadRows?: number
  /** Its indexes may be so large where they are out of proportion to its rows; default 512 MiB. */
  indexBytes?: number
}

/** With durations in milliseconds. */
export type Limits = Record<keyof HealthLimits, number>

const defaults: Required<HealthLimits> = {
  waiting: '5m',
  deserted: '1m',
  scheduleLate: '2m',
  transaction: '15m',
  deadRows: 5_000_000,
  indexBytes: 512 * 1024 * 1024,
}

/** @throws JobError.Invalid */
export function limitsOf(given: HealthLimits): Limits {
  checkOptions(given, checks, 'of health')
  const { waiting, deserted, scheduleLate, transaction, deadRows, indexBytes } = { ...defaults, ...given }
  return {
    waiting: milliseconds(waiting, 'limit'),
    deserted: milliseconds(deserted, 'limit'),
    scheduleLate: milliseconds(scheduleLate, 'limit'),
    transaction: milliseconds(transaction, 'limit'),
    deadRows,
    indexBytes,
  }
}

const count = wholeNumber(1, Number.MAX_SAFE_INTEGER)
const time = span(3_660)
const checks: Checks<HealthLimits> = {
  waiting: time,
  deserted: time,
  scheduleLate: time,
  transaction: time,
  deadRows: count,
  indexBytes: count,
}
