import type { Command } from './command.ts'

/** What `factotum help` prints. */
export function helpOf(commands: Record<string, Command>): string {
  const written = (name: string) => [name, commands[name]?.operand].filter(Boolean).join(' ')
  const width = Math.max(...Object.keys(commands).map((name) => written(name).length))
  const lines = Object.entries(commands).flatMap(([name, { summary, options }]) => [
    `  factotum ${written(name).padEnd(width)}  ${summary}`,
    ...Object.entries(options).map(([option, { value, short, meaning }]) => {
      const flag = `${short ? `-${short}, ` : ''}--${option}${value ? ` ${value}` : ''}`
      return `  ${' '.repeat(width + 11)}${flag.padEnd(16)} ${meaning}`
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
