import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Cluster, dataArgument, databaseUser } from './cluster.ts'
import { dyingWithParent } from './die-with-parent.ts'
import { PostgresError } from './errors.ts'
import { isFull } from './folder.ts'
import { lastLines } from './server-log.ts'
import { serverEnvironment } from './settings.ts'

/** Fills an empty data folder. Beside it stands a file `password` for the superuser. */
export async function initialize(cluster: Cluster, durable: boolean): Promise<void> {
  const data = dataArgument(cluster)
  const args = [
    ...['-D', data, '-U', databaseUser, '--encoding', 'UTF8', '--data-checksums'],
    // The server's own rules for text: no locale of the machine, and none that an update of it changes.
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...['--auth-host', 'scram-sha-256', '--auth-local', 'scram-sha-256', '--pwfile', `${data}/../password`],
    ...(durable ? [] : ['--no-sync']),
  ]
  const command = await dyingWithParent(join(cluster.programs, 'initdb'), args)
  const child = spawn(command.program, command.arguments, {
    ...cluster.account,
    cwd: cluster.data,
    env: serverEnvironment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { status, said } = await ended(child)
  if (status !== 0) throw await failure(cluster, said)
}

function ended(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, said }))
  })
}

async function failure({ folder, account }: Cluster, said: string): Promise<PostgresError> {
  if (await isFull(folder, said)) return new PostgresError('disk-full', { folder })
  if (said.includes('could not look up effective user ID')) {
    return new PostgresError('account-unnamed', { uid: account?.uid ?? process.getuid?.() ?? '' })
  }
  return new PostgresError('init-failed', { folder }, lastLines(said))
}
