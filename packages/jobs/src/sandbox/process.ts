import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromSandbox } from './messages.ts'
import {
  bootOf,
  bootProgram,
  inheritedFlags,
  type Sandbox,
  type SandboxListener,
  type SandboxSpec,
} from './sandbox.ts'

/** Descriptor on which `watchdog.mjs` says why it ended its process. */
const lastWords = 4

export function processSandbox(spec: SandboxSpec, listener: SandboxListener): Sandbox {
  const heap = spec.memory === null ? [] : [`--max-old-space-size=${spec.memory}`]
  const child = fork(fileURLToPath(bootProgram), [JSON.stringify(bootOf(spec))], {
    execArgv: [...inheritedFlags(process.execArgv), ...heap],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    serialization: 'advanced',
    // At the head of a group: what it starts itself ends with it, and a terminal's Ctrl-C is its worker's business.
    detached: process.platform !== 'win32',
  })
  let words = ''
  child.stdio[lastWords]?.on('data', (data) => {
    words += String(data)
  })
  let tellGone = () => {}
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve
  })
  let told = false
  const end = (error: Error) => {
    tellGone()
    if (!told) listener.gone(error)
    told = true
  }

  child.on('message', (value: unknown) => {
    const message = fromSandbox(value)
    if (message) listener.told(message)
  })
  // After exit and once the last words are read.
  child.once('close', (code, signal) => end(howItEnded(words, spec.memory, code, signal)))
  child.once('error', (error) => {
    if (child.pid === undefined) end(new Error(`The process could not be started: ${error.message}`))
  })
  child.once('disconnect', () => killGroup(child))

  return {
    send(message) {
      // One that has just ended says so by itself.
      if (child.connected) child.send(message, () => {})
    },
    async kill() {
      killGroup(child)
      await gone
      return true
    },
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function howItEnded(words: string, memory: number | null, code: number | null, signal: string | null): Error {
  const [, used] = /^memory (\d+)/.exec(words) ?? []
  if (used)
    return new Error(`The process was ended: it held ${used} MB, past its memory cap of ${memory} MB.`)
  if (signal === 'SIGABRT' || code === 134) {
    return new Error('The process ended by SIGABRT, as where its JavaScript heap is full.')
  }
  if (signal)
    return new Error(`The process was ended by ${signal}; the system sends SIGKILL where memory runs out.`)
  return new Error(`The process ended before the handler did, as by process.exit(${code}).`)
}
