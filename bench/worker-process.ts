import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Contender, WorkOptions } from './contender.ts'

/** What a worker's process tells: how many jobs it has started, and when the first and the newest of them. */
interface Report {
  runs: number
  /** CLOCK_MONOTONIC in nanoseconds, which all processes of a machine share. */
  first: string
  at: string
}

export interface Ran {
  /** The jobs, in the order in which they started. */
  numbers: number[]
  /** When each began and ended, in ms of the clock that all processes share; only of jobs that take time. */
  spans: [began: number, ended: number][]
}

export interface Order extends WorkOptions {
  /** How long each job takes; default: no time at all. */
  jobMs?: number
}

/** A process with one worker of a contender. */
export interface WorkerProcess {
  readonly pid: number
  /** Starts the worker; answers once it is up. */
  begin(): Promise<void>
  /** Waits until it has started so many jobs; answers when it started the last, in nanoseconds. */
  started(runs: number): Promise<bigint>
  /** Waits as `started`; answers how many jobs a second it began from the first to the last. */
  pace(runs: number): Promise<number>
  /** Stops it in order; answers all that it ran. */
  stop(): Promise<Ran>
  /** Ends it at once if it still runs. */
  kill(): void
}

/** Starts a process that waits for `begin`. */
export async function startWorkerProcess(
  contender: Contender,
  url: string,
  order: Order = {},
): Promise<WorkerProcess> {
  const program = fileURLToPath(new URL('worker-main.ts', import.meta.url))
  const child = fork(program, [contender.name, url, JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  let newest: Report = { runs: 0, first: '0', at: '0' }
  let onReport: () => void = () => {}
  child.on('message', (message) => {
    if (!isReport(message)) return
    newest = message
    onReport()
  })
  const orItsEnd = <T>(listen: (resolve: (value: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      const ended = () => reject(new Error(`The worker process of ${contender.name} ended early.`))
      if (child.exitCode !== null) return ended()
      child.once('exit', ended)
      listen((value) => {
        child.off('exit', ended)
        resolve(value)
      })
    })
  const told = <T>(read: (message: unknown) => T | null) =>
    orItsEnd<T>((resolve) => {
      const listen = (message: unknown) => {
        const found = read(message)
        if (found === null) return
        child.off('message', listen)
        resolve(found)
      }
      child.on('message', listen)
    })
  const word = (wanted: string) => told((message) => (message === wanted ? wanted : null))
  const runs = (wanted: number) =>
    orItsEnd<Report>((resolve) => {
      onReport = () => {
        if (newest.runs >= wanted) resolve(newest)
      }
      onReport()
    })
  await word('ready')
  return {
    pid: child.pid ?? 0,
    async begin() {
      const begun = word('begun')
      child.send('begin')
      await begun
    },
    started: async (wanted) => BigInt((await runs(wanted)).at),
    async pace(wanted) {
      const report = await runs(wanted)
      return (report.runs - 1) / (Number(BigInt(report.at) - BigInt(report.first)) / 1e9)
    },
    async stop() {
      const ran = told((message) => (hasRan(message) ? message.ran : null))
      child.send('stop')
      return ran
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'runs' in message
}

function hasRan(message: unknown): message is { ran: Ran } {
  return typeof message === 'object' && message !== null && 'ran' in message
}
