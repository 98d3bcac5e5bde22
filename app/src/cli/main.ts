import { version } from '../platform/config/version.ts'
import { readArguments } from './arguments.ts'
import { type Command, UsageError } from './command.ts'
import { commands } from './commands/index.ts'
import { helpOf } from './help.ts'
import { didYouMean } from './suggest.ts'

/** Runs the command that the words name; answers the exit status: 0, 1 for a failure, 2 for a wrong call. */
export async function main(words: string[]): Promise<number> {
  const [first = 'help'] = words
  if (first === '--version' || first === '-v') return say(version)
  if (first === 'help' || words.includes('--help') || words.includes('-h')) return say(helpOf(commands))
  try {
    const { name, command, rest } = find(words)
    return await command.run(readArguments(name, command, rest))
  } catch (error) {
    console.error(sentenceOf(error))
    return error instanceof UsageError ? 2 : 1
  }
}

function say(text: string): number {
  console.log(text)
  return 0
}

/** A command's name may have two words: `db upgrade`. */
function find(words: string[]): { name: string; command: Command; rest: string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands[name]
    if (command) return { name, command, rest: words.slice(length) }
  }
  const known = Object.keys(commands)
  const group = known.filter((name) => name.startsWith(`${words[0]} `))
  const typed = group.length > 0 ? words.slice(0, 2).join(' ') : (words[0] ?? '')
  const near = didYouMean(typed, group.length > 0 ? group : [...known, 'help'])
  throw new UsageError(`There is no command "${typed}".${near || ' See "factotum help".'}`)
}

/** What is told of a failure; `LOG_LEVEL=debug` adds where it came from. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return process.env.LOG_LEVEL === 'debug' ? (error.stack ?? error.message) : error.message
}
