import { type Command, type Given, UsageError } from '../command.ts'
import { features, featuresFolder, partOf, partOption } from '../options.ts'
import { settings } from '../settings.ts'

export const dbDowngrade: Command = {
  summary:
    'Takes back the newest migration, and what is in its tables. Stop the program first: its next start applies it again.',
  options: {
    steps: { meaning: 'How many; default 1.', value: 'n' },
    part: partOption,
    features,
  },
  async run(given) {
    const part = partOf(given)
    const steps = stepsOf(given)
    const { downgradeDatabase } = await import('../../compose/database-commands.ts')
    const names = await downgradeDatabase(settings(), { part, steps, features: featuresFolder(given) })
    console.log(names.length > 0 ? `Taken back: ${names.join(', ')}` : 'There is no migration to take back.')
    return 0
  },
}

function stepsOf(given: Given): number {
  const text = given.get('steps') ?? '1'
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new UsageError(`--steps takes a whole number from 1 to 9999, not "${text}".`)
}
