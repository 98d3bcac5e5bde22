import type { Command } from '../command.ts'
import { accountsLink } from './accounts-link.ts'
import { dbUpgrade } from './db-upgrade.ts'
import { eventsVerify } from './events-verify.ts'
import { keysCreate } from './keys-create.ts'
import { scheduler } from './scheduler.ts'
import { start } from './start.ts'
import { web } from './web.ts'
import { worker } from './worker.ts'

/** Every command by what is typed. */
export const commands: Record<string, Command> = {
  start,
  web,
  worker,
  scheduler,
  'db upgrade': dbUpgrade,
  'events verify': eventsVerify,
  'accounts link': accountsLink,
  'keys create': keysCreate,
}
