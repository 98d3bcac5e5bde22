import type { KnownSandbox } from '../engine.ts'
import { JobError } from '../errors.ts'
import type { SandboxOptions } from '../job-options.ts'
import type { HandlerPlace } from './handler-module.ts'
import { megabytes } from './memory.ts'

/** @throws JobError.Invalid for a memory cap that can't be read, or without a sandbox */
export function checkSandboxOptions({ sandbox, memory }: SandboxOptions, name: string): void {
  if (memory === undefined) return
  if (sandbox === undefined) {
    throw new JobError.Invalid(
      `The memory of job ${JSON.stringify(name)} can only be capped in a sandbox: give it sandbox: 'thread' or 'process' as well.`,
    )
  }
  megabytes(memory, sandbox, `memory of job ${JSON.stringify(name)}`)
}

/** Null for a job that runs in the worker's event loop. */
export function knownSandbox(
  { sandbox, memory }: SandboxOptions,
  handler: HandlerPlace,
  args: KnownSandbox['args'],
): KnownSandbox | null {
  if (sandbox === undefined) return null
  const cap = memory === undefined ? null : megabytes(memory, sandbox, 'memory')
  return { spec: { kind: sandbox, memory: cap, url: handler.url }, handler, args }
}
