import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.ts'

/** What a worker's process tells: how many jobs it has started, and when the newest of them. */
interface Report {
  runs: number
  n: number
  /** CLOCK_MONOTONIC in nanoseconds, which all processes of a machine share. */
  at: string
}

/** A process with one worker of a contender. */
export interface WorkerProcess {
  /** Starts the worker; answers once it is up. */
  begin(): Promise<void>
  /** Waits until it has started so many jobs; answers when it started the last, in nanoseconds. */
  started(runs: number): Promise<bigint>
  /** Stops it in order; answers how many jobs it ran. */
  stop(): Promise<number>
  /** Ends it at once if it still runs. */
  kill(): void
}

/** Starts a process that waits for `begin`. */
export async function startWorkerProcess(contender: Contender, url: string): Promise<WorkerProcess> {
  const program = fileURLToPath(new URL('worker-main.ts', import.meta.url))
  const child = fork(program, [contender.name, url], { execArgv: ['--import', 'tsx'] })
  let newest: Report = { runs: 0, n: -1, at: '0' }
  let onReport: () => void = () => {}
  child.on('message', (message) => {
    if (!isReport(message)) return
    newest = message
    onReport()
  })
  const told = (what: string) =>
    new Promise<void>((resolve, reject) => {
      const listen = (message: unknown) => {
        if (message !== what) return
        child.off('message', listen)
        child.off('exit', ended)
        resolve()
      }
      const ended = () =>
        reject(new Error(`The worker process of ${contender.name} ended before it was ${what}.`))
      child.on('message', listen)
      child.once('exit', ended)
    })
  await told('ready')
  return {
    async begin() {
      const begun = told('begun')
      child.send('begin')
      await begun
    },
    started: (runs) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`The worker process of ${contender.name} ended early.`))
        child.once('exit', ended)
        onReport = () => {
          if (newest.runs < runs) return
          child.off('exit', ended)
          resolve(BigInt(newest.at))
        }
        onReport()
      }),
    async stop() {
      const stopped = told('stopped')
      child.send('stop')
      await stopped
      return newest.runs
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'runs' in message
}
