import type { MigrationState } from '@factotum/jobs/migrations'
import type { Command } from '../command.ts'
import { features, featuresFolder } from '../options.ts'
import { settings } from '../settings.ts'

export const dbHistory: Command = {
  summary: 'Lists all migrations, of the job engine, too: when each was applied, and what is still to come.',
  options: { features },
  async run(given) {
    const { databaseStates } = await import('../../compose/database-commands.ts')
    for (const { part, states } of await databaseStates(settings(), featuresFolder(given))) {
      const width = Math.max(...states.map(({ name }) => name.length))
      for (const state of states)
        console.log(`${part.padEnd(8)}  ${state.name.padEnd(width)}  ${when(state)}`)
    }
    return 0
  },
}

function when({ appliedAt, known }: MigrationState): string {
  const time = appliedAt?.toISOString() ?? 'not applied'
  return known ? time : `${time}  of a newer program`
}
