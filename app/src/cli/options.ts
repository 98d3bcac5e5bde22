import { resolve } from 'node:path'
import type { Part } from '../platform/database/migrate.ts'
import { type Given, type Option, UsageError } from './command.ts'

/** Options that several commands share, and how their values are read. */
export const queues: Option = { meaning: 'Which queues to work on; default all.', value: 'a,b' }
export const concurrency: Option = { meaning: 'Jobs at a time; default 10.', value: 'n' }
export const features: Option = { meaning: 'A folder with features of your own.', value: 'DIR' }

/** The worker's part of a command's options. */
export function workerRole(given: Given): { queues?: string[]; concurrency?: number } {
  const names = given.get('queues')?.split(',')
  const count = given.get('concurrency')
  return {
    ...(names && { queues: names.map(queueName) }),
    ...(count !== undefined && { concurrency: jobsAtATime(count) }),
  }
}

function queueName(text: string): string {
  const name = text.trim()
  if (name) return name
  throw new UsageError('--queues takes names with commas between them, as in --queues default,files.')
}

function jobsAtATime(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 1000) return count
  throw new UsageError(`--concurrency takes a whole number from 1 to 1000, not "${text}".`)
}

/** The folder with features of one's own, where one is named. */
export function featuresFolder(given: Given): string | undefined {
  const folder = given.get('features')
  return folder === undefined ? undefined : resolve(folder)
}

export const partOption: Option = {
  meaning: 'Whose: app, jobs or features; default app, with --features those.',
  value: 'PART',
}

const partNames: Record<string, Part> = { app: 'app', jobs: 'jobs', features: 'features' }

/** @throws UsageError */
export function partOf(given: Given): Part {
  const text = given.get('part') ?? (given.has('features') ? 'features' : 'app')
  const part = partNames[text]
  if (part === undefined) throw new UsageError(`--part takes app, jobs or features, not "${text}".`)
  if (part === 'features' && !given.has('features'))
    throw new UsageError('--part features needs the folder: --features DIR.')
  return part
}
