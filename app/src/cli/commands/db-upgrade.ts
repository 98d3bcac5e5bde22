import type { Command } from '../command.ts'
import { features, featuresFolder } from '../options.ts'
import { settings } from '../settings.ts'

export const dbUpgrade: Command = {
  summary: 'Brings the database up to this program; every start does so, too.',
  options: { features },
  async run(given) {
    const { upgradeDatabase } = await import('../../compose/database-commands.ts')
    const applied = await upgradeDatabase(settings(), featuresFolder(given))
    const told = { app: 'Applied', jobs: 'Applied to the job engine', features: 'Applied to your features' }
    const lines = (['app', 'jobs', 'features'] as const).flatMap((part) => {
      const names = applied.find((each) => each.part === part)?.names ?? []
      return names.length > 0 ? [`${told[part]}: ${names.join(', ')}`] : []
    })
    console.log(lines.join('\n') || 'The database is up to date.')
    return 0
  },
}
