import { levels } from 'pino'

/** Turns lines of JSON into what one reads while working: time, level where it matters, text, figures. */
export function terminal(out: { write(text: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      out.write(`${readable(line)}\n`)
    },
  }
}

const known = new Set(['time', 'level', 'msg', 'err', 'program', 'pid', 'reqId'])

function readable(line: string): string {
  const entry: unknown = JSON.parse(line)
  if (!entry || typeof entry !== 'object') return line.trimEnd()
  const fields = new Map<string, unknown>(Object.entries(entry))
  const level = levels.labels[Number(fields.get('level'))] ?? ''
  const rest = [...fields]
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => `${name}=${short(value)}`)
  const parts = [String(fields.get('time')).slice(11, 19), level === 'info' ? '' : level.toUpperCase()]
  return [...parts, fields.get('msg'), ...rest, errorText(fields.get('err'))].filter(Boolean).join(' ')
}

const short = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function errorText(error: unknown): string {
  if (!error || typeof error !== 'object') return ''
  const text = 'stack' in error ? error.stack : 'message' in error ? error.message : ''
  return text ? `\n${text}` : ''
}
