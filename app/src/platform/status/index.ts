import type { Context } from '../context.ts'
import { databasePing } from '../database/ping.ts'
import { diskCheck } from './disk.ts'
import { keeping, within } from './keeping.ts'
import { queueCheck } from './queue.ts'
import { storageCheck } from './storage.ts'

/** How one part is. `absent`: it is not there yet, so nothing can be wrong with it. */
export interface Finding {
  state: 'ok' | 'failing' | 'absent'
  /** One or two sentences: what is, and where it is wrong what to do. */
  message: string
}

export type CheckName = 'database' | 'queue' | 'disk' | 'storage' | 'mail'

/** What each check is about, for people. */
export const meanings: Record<CheckName, string> = {
  database: 'The database answers. Everything that people see and do is in it.',
  queue: 'Due jobs are being run: live workers serve their queues, and schedules are kept.',
  disk: 'More than 2 % of the disk of this process is free, for uploads, results and logs.',
  storage: 'What is put into the storage can be read back, the same.',
  mail: 'Messages can be sent.',
}

export interface Health {
  /** False where a check fails: requests should go elsewhere, and somebody should look. */
  ok: boolean
  checks: Record<CheckName, Finding>
}

export interface Status {
  database(): Promise<{ ready: boolean; message: string }>
  health(): Promise<Health>
}

/** Milliseconds for which an answer is kept: whoever asks how often, the machine does this once. */
const kept = 5_000
/** Milliseconds after which a check that does not end has failed. */
const patience = 5_000

/** Looks at this process and what it stands on; each check is made once for all who ask at the time. */
export function createStatus(context: Pick<Context, 'config' | 'database' | 'jobs' | 'storage'>): Status {
  const ping = databasePing(context.database)
  const checks = {
    queue: keeping(
      kept,
      within(patience, () => queueCheck(context.jobs)),
    ),
    disk: keeping(
      kept,
      within(patience, () => diskCheck(context.config.home)),
    ),
    storage: keeping(
      2 * kept,
      within(patience, () => storageCheck(context.storage)),
    ),
  }
  const database = async () => {
    const wrong = await ping()
    return { ready: wrong === null, message: wrong ?? 'The database answers.' }
  }
  return {
    database,
    async health() {
      const [{ ready, message }, disk, storage] = await Promise.all([
        database(),
        checks.disk(),
        checks.storage(),
      ])
      const found: Health['checks'] = {
        database: { state: ready ? 'ok' : 'failing', message },
        queue: ready ? await checks.queue() : unknown,
        disk,
        storage,
        mail: noMail,
      }
      return { ok: Object.values(found).every(({ state }) => state !== 'failing'), checks: found }
    },
  }
}

const unknown: Finding = {
  state: 'failing',
  message: 'The jobs are in the database: nothing is known of them until it answers.',
}

const noMail: Finding = {
  state: 'absent',
  message: 'This program sends no mail yet: its messages are on the screen where it runs.',
}
