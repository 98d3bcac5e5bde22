import { builtFile } from './handler-module.ts'
import type { FromSandbox, ToSandbox } from './messages.ts'

export type SandboxKind = 'thread' | 'process'

/** What a sandbox is made for; those that are alike share one, one after the other. */
export interface SandboxSpec {
  readonly kind: SandboxKind
  /** MB; null for none. */
  readonly memory: number | null
  /** The handler's module. */
  readonly url: string
}

/** A thread or a process in which handlers run, one at a time, as its worker sees it. */
export interface Sandbox {
  send(message: ToSandbox): void
  /** Ends it by force. False where it does not end within a moment, as a thread inside a long native call. */
  kill(): Promise<boolean>
}

export interface SandboxListener {
  told(message: FromSandbox): void
  /** It has ended, in whatever way; the error says how. */
  gone(error: Error): void
}

/** What `boot.mjs` needs to know. */
export interface Boot {
  /** `inside`, as a source or built, as this file is. */
  inside: string
  handler: string
  parent: number
  memory: number | null
}

/** A program in plain JavaScript, which is only among the sources. */
export const bootProgram = new URL('../../src/sandbox/boot.mjs', import.meta.url)

export function bootOf({ url, memory }: SandboxSpec): Boot {
  const inside = new URL(import.meta.url.endsWith('.ts') ? './inside.ts' : './inside.js', import.meta.url)
    .href
  return { inside, handler: builtFile(url), parent: process.pid, memory }
}

const withValue = /^(--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/
const alone =
  /^(--import=|--require=|--loader=|--conditions=|--experimental-|--no-|--enable-source-maps|--preserve-)/

/** Of what this process was started with, what its sandboxes should have too: preloads and loaders, no inspector. */
export function inheritedFlags(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((flag, index) => {
    const next = execArgv[index + 1]
    if (withValue.test(flag)) return next === undefined ? [] : [flag, next]
    return alone.test(flag) ? flag : []
  })
}
