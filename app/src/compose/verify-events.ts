import { join } from 'node:path'
import { createEventLog, type Tell, type Verification } from '../eventlog/index.ts'
import { secretKey } from '../platform/accounts/secret-key.ts'
import type { Config } from '../platform/config/index.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createLog } from '../platform/logging/index.ts'
import { localStorage } from '../platform/storage/local.ts'
import { headStore } from './head-store.ts'

/** Looks at the whole event log, beside whatever runs; tells what is not as it was written. */
export async function verifyEventLog(config: Config, tell: Tell): Promise<Verification> {
  const database = await openDatabase(config, createLog(config, 'events'))
  try {
    const storage = await localStorage(join(config.home, 'storage'))
    const secret = await secretKey(config)
    const log = createEventLog({ pool: database.pool, secret, zone: () => 'UTC' })
    return await log.verify(headStore(storage), tell)
  } finally {
    await database.close()
  }
}
