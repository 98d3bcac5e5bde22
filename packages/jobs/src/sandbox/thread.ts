import { Worker as Thread } from 'node:worker_threads'
import { threadDefault } from './memory.ts'
import { fromSandbox } from './messages.ts'
import {
  bootOf,
  bootProgram,
  inheritedFlags,
  type Sandbox,
  type SandboxListener,
  type SandboxSpec,
} from './sandbox.ts'
import { watchHeap } from './thread-heaps.ts'

/**
 * V8 ends the whole process where a thread outgrows its heap in one leap, as a Map does that doubles. So V8 gets this
 * much more, in MB, and the cap itself is watched.
 */
const leap = 1_024
const killWithin = 800

export function threadSandbox(spec: SandboxSpec, listener: SandboxListener): Sandbox {
  const cap = spec.memory ?? threadDefault
  const thread = new Thread(bootProgram, {
    workerData: bootOf(spec),
    execArgv: inheritedFlags(process.execArgv),
    resourceLimits: { maxOldGenerationSizeMb: cap + leap },
  })
  const outOfMemory = new Error(`The thread was ended: its heap grew past its memory cap of ${cap} MB.`)
  let error: Error | null = null
  let unwatch = () => {}
  const gone = new Promise<boolean>((resolve) => thread.once('exit', () => resolve(true)))

  thread.on('message', (value: unknown) => {
    const message = fromSandbox(value)
    if (message?.kind === 'ended') unwatch()
    if (message) listener.told(message)
  })
  thread.on('error', (thrown: unknown) => {
    const memory = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY'
    error ??= memory ? outOfMemory : thrown instanceof Error ? thrown : new Error(String(thrown))
  })
  thread.once('exit', (code) => {
    unwatch()
    listener.gone(error ?? new Error(`The thread ended before the handler did, as by process.exit(${code}).`))
  })

  return {
    send(message) {
      if (message.kind === 'run') {
        unwatch()
        unwatch = watchHeap(thread.threadId, cap, () => {
          error ??= outOfMemory
          void thread.terminate()
        })
      }
      thread.postMessage(message)
    },
    async kill() {
      void thread.terminate()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), killWithin)
      })
      const ended = await Promise.race([gone, late])
      clearTimeout(timer)
      return ended
    },
  }
}
