import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const dbUpgrade: Command = {
  summary: 'Brings the database up to this program; every start does so, too.',
  options: {},
  async run() {
    const { upgradeDatabase } = await import('../../compose/upgrade.ts')
    const applied = await upgradeDatabase(settings())
    console.log(applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'The database is up to date.')
    return 0
  },
}
