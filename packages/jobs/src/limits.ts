import type { Database } from './database.ts'
import { milliseconds } from './duration.ts'
import { JobError } from './errors.ts'
import { type Checks, checkOptions, name, refusal, span, wholeNumber } from './options.ts'
import type { Limit, QueueLimits } from './queue-limits.ts'
import { setLimits as setLimitsSql } from './sql/set-limits.ts'

/** As the table `queue` keeps them; intervals in milliseconds. */
export interface StoredLimits {
  running?: number
  starts?: number
  per?: number
  keyRunning?: number
  keyStarts?: number
  keyPer?: number
}

/** @throws JobError.Invalid */
export async function setLimits(
  database: Database,
  queue: string,
  limits: QueueLimits | null,
): Promise<void> {
  name(queue, 'name of a queue')
  const stored = limits === null ? null : storedLimits(queue, limits)
  await database.query(setLimitsSql(database.schema), [queue, stored && JSON.stringify(stored)])
}

export function limitsOf({
  running,
  starts,
  per,
  keyRunning,
  keyStarts,
  keyPer,
}: StoredLimits): QueueLimits<number> {
  const perKey = limitOf(keyRunning, keyStarts, keyPer)
  return { ...limitOf(running, starts, per), ...(Object.keys(perKey).length > 0 ? { perKey } : {}) }
}

const limitOf = (running?: number, most?: number, per?: number): Limit<number> => ({
  ...(running === undefined ? {} : { running }),
  ...(most === undefined || per === undefined ? {} : { starts: { most, per } }),
})

function storedLimits(queue: string, limits: QueueLimits): StoredLimits {
  if (typeof limits !== 'object' || Array.isArray(limits)) {
    const allowed = 'an object such as { running: 5 }, or null for none'
    throw refusal(`limits of queue ${JSON.stringify(queue)}`, limits, allowed)
  }
  const { perKey, ...whole } = limits
  const { running, starts, per } = checked(whole, `limits of queue ${JSON.stringify(queue)}`)
  const key = checked(perKey ?? {}, `limits per key of queue ${JSON.stringify(queue)}`)
  const stored: StoredLimits = {
    ...defined({ running, starts, per }),
    ...defined({ keyRunning: key.running, keyStarts: key.starts, keyPer: key.per }),
  }
  if (Object.keys(stored).length > 0) return stored
  throw new JobError.Invalid(
    `The limits of queue ${JSON.stringify(queue)} say nothing: give running, starts or perKey, or null for no limits.`,
  )
}

function checked(limit: Limit, where: string): { running?: number; starts?: number; per?: number } {
  checkOptions(limit, limitChecks, `in the ${where}`)
  const { running, starts } = limit
  return {
    ...(running === undefined ? {} : { running }),
    ...(starts === undefined ? {} : { starts: starts.most, per: milliseconds(starts.per, 'per') }),
  }
}

const startsChecks: Checks<NonNullable<Limit['starts']>> = {
  most: wholeNumber(1, 1_000_000),
  per: span(7),
}

const limitChecks: Checks<Limit> = {
  running: wholeNumber(1, 1_000_000),
  starts: (value, what) => {
    if (typeof value !== 'object' || value === null || !('most' in value) || !('per' in value)) {
      throw new JobError.Invalid(`The ${what} must be { most, per }, such as { most: 10, per: '1m' }.`)
    }
    checkOptions({ most: value.most, per: value.per }, startsChecks, `in the ${what}`)
  },
}

const defined = (values: Record<string, number | undefined>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
