import { join, relative } from 'node:path'
import { type Command, UsageError } from '../command.ts'
import { features, featuresFolder } from '../options.ts'
import { settings } from '../settings.ts'

export const dbMigrate: Command = {
  summary: 'Writes the next migration, up and down, from the difference between schema.ts and the database.',
  options: {
    message: { meaning: 'What it does: its files are named for it.', value: 'WHAT', short: 'm' },
    drop: { meaning: 'Tables that no schema.ts has any more, and that go.', value: 'a,b' },
    features,
  },
  async run(given) {
    const what = given.get('message')
    if (what === undefined)
      throw new UsageError('"factotum db migrate" needs to be told what it does, as in -m "add notes".')
    const drop =
      given
        .get('drop')
        ?.split(',')
        .map((name) => name.trim()) ?? []
    const { migrateDatabase } = await import('../../compose/database-commands.ts')
    const { hazards } = await import('../../platform/database/difference/hazards.ts')
    const asked = { what, drop, features: featuresFolder(given) }
    const { name, up, folder, undeclared } = await migrateDatabase(settings(), asked)
    const left =
      undeclared.length > 0
        ? [`In no schema.ts, and left alone: ${undeclared.join(', ')}. What is to go is named by --drop.`]
        : []
    if (name === null) {
      console.log(['The database has what schema.ts declares: nothing was written.', ...left].join('\n'))
      return 0
    }
    const path = relative(process.cwd(), join(folder, name))
    console.log(
      [
        ...up,
        '',
        ...hazards(up),
        ...left,
        `Wrote ${path}.up.sql and .down.sql: look them over, then "factotum db upgrade".`,
      ].join('\n'),
    )
    return 0
  },
}
