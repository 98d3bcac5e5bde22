import { ownSettings } from '../settings/own.ts'
import { variables } from './variables.ts'

/** What `.env.sample` has to say: every variable with its meaning and its default. */
export function envSample(): string {
  const head = [
    '# Every setting of Factotum with its default. Copy what you change to a file .env in the folder from which',
    '# you start it; what the environment itself has wins over the file.',
  ]
  const blocks = Object.entries(variables).map(
    ([name, { meaning, sample }]) => `# ${meaning}\n# ${name}=${sample}`,
  )
  const settings = [
    '# What follows people can set while the program runs, too; where it is set here, it is locked.',
    ...Object.values(ownSettings).map(
      ({ configName, description, default: value }) => `# ${description}\n# ${configName}=${value}`,
    ),
  ]
  return `${[head.join('\n'), ...blocks, ...settings].join('\n\n')}\n`
}
