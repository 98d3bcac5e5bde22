import { parseArgs } from 'node:util'
import { type Command, type Given, UsageError } from './command.ts'
import { didYouMean } from './suggest.ts'

/**
 * Reads the words behind a command.
 *
 * @throws UsageError for an option that the command doesn't have, one without its value, and any other word
 */
export function readArguments(name: string, { options, operand }: Command, args: string[]): Given {
  const known = Object.entries(options)
  const { tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      known.map(([option, { value, short }]) => [
        option,
        { type: value ? 'string' : 'boolean', ...(short ? { short } : {}) },
      ]),
    ),
  })
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (operand === undefined || given.has(operand))
        throw new UsageError(`"factotum ${name}" takes no "${token.value}".${seeHelp}`)
      given.set(operand, token.value)
      continue
    }
    const option = options[token.name]
    if (!option) throw new UsageError(unknownOption(name, token.rawName, Object.keys(options)))
    if (option.value && !token.value) {
      throw new UsageError(`--${token.name} needs a value, as in --${token.name} ${option.value}.`)
    }
    if (!option.value && token.value !== undefined) throw new UsageError(`--${token.name} takes no value.`)
    given.set(token.name, token.value ?? '')
  }
  if (operand !== undefined && !given.has(operand))
    throw new UsageError(`"factotum ${name}" needs an ${operand}, as in "factotum ${name} ${operand}".`)
  return given
}

const seeHelp = ' See "factotum help".'

function unknownOption(name: string, wrong: string, known: string[]): string {
  const near = didYouMean(
    wrong,
    known.map((option) => `--${option}`),
  )
  return `"factotum ${name}" has no option ${wrong}.${near || seeHelp}`
}
