import { once } from 'node:events'
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { features, featuresFolder } from '../options.ts'
import { settings } from '../settings.ts'

export const shell: Command = {
  summary: 'A JavaScript prompt with jobs, settings, events and the database at hand.',
  options: { features },
  async run(given) {
    const config = settings()
    const folder = featuresFolder(given)
    const [{ startProgram }, repl] = await Promise.all([
      import('../../compose/index.ts'),
      import('node:repl'),
    ])
    const featureFolders = folder === undefined ? [] : [folder]
    const program = await startProgram({ config, name: 'shell', roles: {}, featureFolders })
    try {
      const { context } = program
      const { jobs, settings, events, database, storage } = context
      const sql = async (text: string, values?: unknown[]) => (await database.pool.query(text, values)).rows
      const isTerminal = process.stdin.isTTY === true
      if (isTerminal) console.log(atHand)
      const prompt = repl.start({ prompt: isTerminal ? 'factotum> ' : '' })
      Object.assign(prompt.context, { context, jobs, settings, events, database, storage, sql })
      if (isTerminal) prompt.setupHistory(join(config.home, 'shell-history'), () => {})
      await once(prompt, 'exit')
    } finally {
      await program.stop()
    }
    return 0
  },
}

const atHand = `jobs, settings, events, database, storage: what features have at hand; context has the rest.
await sql('select …', [values]) answers rows. await works as it is. .exit or Ctrl-D leaves.`
