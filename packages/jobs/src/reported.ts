import { format } from 'node:util'
import { JobError } from './errors.ts'
import { safeText } from './json.ts'

const longest = 10_000

/** What a job says of itself, as it is kept: log lines and progress messages, cut to 10,000 characters. */
export const reportedText = (text: string) => safeText(text.slice(0, longest))

export const logLine = (text: string, args: unknown[]) => reportedText(format(text, ...args))

export const progressMessage = (message: string | undefined) =>
  message === undefined ? null : reportedText(String(message))

/** @throws JobError.Invalid */
export function requireProgress(value: number): void {
  if (value >= 0 && value <= 1) return
  throw new JobError.Invalid(`The progress must be a number from 0 to 1; it is ${String(value)}.`)
}
