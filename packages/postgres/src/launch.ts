import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cluster, dataArgument } from './cluster.ts'
import { dyingWithParent } from './die-with-parent.ts'
import { PostgresError } from './errors.ts'
import { freePort } from './port.ts'
import { findPostmaster, type Postmaster, removeStaleFile } from './postmaster-file.ts'
import { orphansIn } from './processes.ts'
import { lastLines, openServerLog } from './server-log.ts'
import { serverArguments, serverEnvironment } from './settings.ts'

export interface LaunchOptions {
  /** Null takes a free one. */
  port: number | null
  dieWithParent: boolean
  settings: Record<string, string>
}

/**
 * Starts the server and waits until it takes connections. Two programs may do so at once: PostgreSQL lets
 * only one server into a data folder, and the other attempt ends with null.
 */
export async function launch(cluster: Cluster, options: LaunchOptions): Promise<Postmaster | null> {
  await endOrphans(cluster.data)
  await removeStaleFile(cluster.data)
  const port = options.port ?? (await freePort())
  const log = await openServerLog(cluster.folder)
  try {
    const child = await run(cluster, options, port, log.handle.fd)
    for (;;) {
      const found = await findPostmaster(cluster.data)
      if (found?.state === 'ready') return found
      if (child.ended) {
        if (found) return null
        const said = await log.read()
        if (isPassing(said) || (options.port === null && isBusy(said))) return null
        throw failure(cluster, port, log.path, said)
      }
      await pause(10)
    }
  } finally {
    await log.handle.close()
  }
}

async function run(cluster: Cluster, options: LaunchOptions, port: number, output: number) {
  const program = join(cluster.programs, 'postgres')
  const args = serverArguments(dataArgument(cluster), port, options.settings)
  const command = options.dieWithParent
    ? await dyingWithParent(program, args)
    : { program, arguments: args, needsPipe: false }
  const child: ChildProcess = spawn(command.program, command.arguments, {
    ...cluster.account,
    cwd: cluster.data,
    env: serverEnvironment,
    // A session of its own: Ctrl-C at the terminal is for the program, which stops the server when it is done.
    detached: true,
    stdio: [command.needsPipe ? 'pipe' : 'ignore', output, output],
  })
  const state = { ended: false }
  child.once('exit', () => (state.ended = true))
  child.once('error', () => (state.ended = true))
  child.unref()
  return state
}

/**
 * Processes of a server that was killed go by themselves when they look up from their work. One that is deep
 * in a query may not look up for long: it is told to quit, and what it did is rolled back by recovery.
 */
async function endOrphans(data: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const orphans = await orphansIn(data)
    if (orphans.length === 0) return
    if (waited === 1_000) for (const pid of orphans) signal(pid, 'SIGQUIT')
    if (waited >= 4_000) for (const pid of orphans) signal(pid, 'SIGKILL')
    await pause(50)
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has gone meanwhile.
  }
}

const isBusy = (said: string) => said.includes('Address already in use')

/** Another program was faster, or processes of a killed server are still there: look again. */
const isPassing = (said: string) =>
  said.includes('lock file "postmaster.pid" already exists') ||
  said.includes('pre-existing shared memory block')

function failure(cluster: Cluster, port: number, log: string, said: string): PostgresError {
  if (isBusy(said)) return new PostgresError('port-busy', { port })
  if (said.includes('No space left on device'))
    return new PostgresError('disk-full', { folder: cluster.folder })
  return new PostgresError('start-failed', { folder: cluster.folder, log }, lastLines(said))
}
