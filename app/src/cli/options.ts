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
