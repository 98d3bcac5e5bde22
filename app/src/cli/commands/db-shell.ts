import { text } from 'node:stream/consumers'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const dbShell: Command = {
  summary: 'A prompt for SQL on the database. SQL on standard input is run as one transaction.',
  options: {},
  async run() {
    const [{ beside }, { withClient }, { runSql }, { promptForSql }] = await Promise.all([
      import('../../compose/database-commands.ts'),
      import('../../platform/database/migrate.ts'),
      import('../../platform/database/prompt/run-sql.ts'),
      import('../../platform/database/prompt/prompt.ts'),
    ])
    const { stdin: input, stdout: output } = process
    await beside(settings(), (url) =>
      withClient(url, async (client) => {
        if (input.isTTY) return promptForSql(client, { input, output }, url)
        console.log(await runSql(client, await text(input)))
      }),
    )
    return 0
  },
}
