import { hidden, isSecretName, mayHoldSecrets, withoutShapes } from '../secrets.ts'

/**
 * A line of JSON without what lets somebody in: what is named like a secret, however deep, and passwords, keys and
 * tokens that texts contain. Numbers stay: how many tokens there are is none.
 */
export function withoutSecrets(line: string): string {
  return mayHoldSecrets(line) ? `${JSON.stringify(JSON.parse(line), hide)}\n` : line
}

function hide(name: string, value: unknown): unknown {
  if (typeof value === 'string') return isSecretName(name) ? hidden : withoutShapes(value)
  return typeof value === 'object' && value !== null && isSecretName(name) ? hidden : value
}

/** True for a line with a field `private`, which the screen shows: a person there is who it is for. */
export const isPrivate = (line: string) => line.includes('"private":')
