import type { Command } from './command.ts'

/** What `factotum help` prints. */
export function helpOf(commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).flatMap(([name, { summary, options }]) => [
    `  factotum ${name.padEnd(width)}  ${summary}`,
    ...Object.entries(options).map(([option, { value, meaning }]) => {
      const written = `--${option}${value ? ` ${value}` : ''}`
      return `  ${' '.repeat(width + 11)}${written.padEnd(16)} ${meaning}`
    }),
  ])
  return [
    'The back office of a small organisation on one durable engine.',
    '',
    ...lines,
    `  factotum ${'help'.padEnd(width)}  This.`,
    '  factotum --version',
    '',
    'Settings come from the environment and from .env in this folder; .env.sample lists them.',
  ].join('\n')
}
