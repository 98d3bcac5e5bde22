import type { Command } from '../command.ts'
import { accountsLink } from './accounts-link.ts'
import { dbCurrent } from './db-current.ts'
import { dbDowngrade } from './db-downgrade.ts'
import { dbHistory } from './db-history.ts'
import { dbMigrate } from './db-migrate.ts'
import { dbShell } from './db-shell.ts'
import { dbUpgrade } from './db-upgrade.ts'
import { doctor } from './doctor.ts'
import { eventsVerify } from './events-verify.ts'
import { keysCreate } from './keys-create.ts'
import { maintenanceOff, maintenanceOn } from './maintenance.ts'
import { scheduler } from './scheduler.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'
import { storageVerify } from './storage-verify.ts'
import { web } from './web.ts'
import { worker } from './worker.ts'

/** Every command by what is typed. */
export const commands: Record<string, Command> = {
  start,
  web,
  worker,
  scheduler,
  shell,
  'db upgrade': dbUpgrade,
  'db downgrade': dbDowngrade,
  'db current': dbCurrent,
  'db history': dbHistory,
  'db migrate': dbMigrate,
  'db shell': dbShell,
  'maintenance on': maintenanceOn,
  'maintenance off': maintenanceOff,
  doctor,
  'events verify': eventsVerify,
  'storage verify': storageVerify,
  'accounts link': accountsLink,
  'keys create': keysCreate,
}
