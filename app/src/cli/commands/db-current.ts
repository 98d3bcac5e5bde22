import type { Command } from '../command.ts'
import { features, featuresFolder } from '../options.ts'
import { settings } from '../settings.ts'

export const dbCurrent: Command = {
  summary: 'Tells at which migration the database is, and what it lacks of this program.',
  options: { features },
  async run(given) {
    const { databaseStates } = await import('../../compose/database-commands.ts')
    const parts = await databaseStates(settings(), featuresFolder(given))
    for (const { part, states } of parts) {
      const newest = states.filter(({ appliedAt }) => appliedAt).at(-1)?.name ?? 'nothing'
      const missing = states.filter(({ appliedAt }) => !appliedAt).length
      const unknown = states.filter(({ known }) => !known).length
      const notes = [
        ...(missing > 0 ? [`${missing} to apply: factotum db upgrade`] : []),
        ...(unknown > 0 ? [`${unknown} of a newer program: start that one`] : []),
      ]
      console.log(`${part.padEnd(8)}  ${newest}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`)
    }
    return 0
  },
}
