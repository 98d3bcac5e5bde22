import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cluster, dataArgument } from './cluster.ts'
import { dyingWithParent } from './die-with-parent.ts'
import { PostgresError } from './errors.ts'
import { isFull } from './folder.ts'
import { endOrphans } from './orphans.ts'
import { freePort } from './port.ts'
import { findPostmaster, type Postmaster, removeStaleFile } from './postmaster-file.ts'
import { lastLines, openServerLog } from './server-log.ts'
import { serverArguments, serverEnvironment } from './settings.ts'

export interface LaunchOptions {
  /** Null takes a free one. */
  port: number | null
  dieWithParent: boolean
  settings: Record<string, string>
  /** Whether a trouble that may pass by itself ends with null, not with an error. */
  patient: boolean
  log: (message: string) => void
}

/**
 * Starts the server and waits until it takes connections. Two programs may do so at once: PostgreSQL lets
 * only one server into a data folder, and the other attempt ends with null: look again.
 */
export async function launch(cluster: Cluster, options: LaunchOptions): Promise<Postmaster | null> {
  await endOrphans(cluster.data)
  await removeStaleFile(cluster.data)
  const port = options.port ?? (await freePort())
  const log = await openServerLog(cluster.folder)
  try {
    const child = await run(cluster, options, port, log.handle.fd)
    for (let tries = 1; ; tries++) {
      const found = await findPostmaster(cluster.data)
      if (found?.state === 'ready') return found
      if (child.ended) {
        if (found) return null
        const said = `${await log.read()}${child.error}`
        const passing = child.status === 0 || isPassing(said) || (options.port === null && isBusy(said))
        if (passing && options.patient) return null
        throw await failure(cluster, port, log.path, said)
      }
      if (tries === 500) options.log('PostgreSQL is still starting: it recovers from a crash')
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
  const state: { ended: boolean; status: number | null; error: string } = {
    ended: false,
    status: null,
    error: '',
  }
  child.once('exit', (status) => {
    state.ended = true
    state.status = status
  })
  child.once('error', ({ message }) => {
    state.ended = true
    state.error = message
  })
  child.unref()
  return state
}

const isBusy = (said: string) => said.includes('Address already in use')

/**
 * Another program was faster (or has stopped the new server already: status 0), or processes of a killed server are still
 * there: look again.
 */
const isPassing = (said: string) =>
  /lock file "postmaster.pid" (already exists|is empty)|pre-existing shared memory block/.test(said)

async function failure(cluster: Cluster, port: number, log: string, said: string): Promise<PostgresError> {
  const { folder } = cluster
  if (isBusy(said)) return new PostgresError('port-busy', { port })
  if (await isFull(folder, said)) return new PostgresError('disk-full', { folder })
  return new PostgresError('start-failed', { folder, log }, lastLines(said))
}
