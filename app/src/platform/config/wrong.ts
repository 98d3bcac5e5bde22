/** What is wrong with the environment: all of it. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** One message for all that is wrong; each a sentence. */
export function wrongSettings(wrong: readonly string[]): string {
  const [only, ...more] = wrong
  if (more.length === 0) return `A setting is wrong: ${only}`
  return `${wrong.length} settings are wrong:\n${wrong.map((line) => `  - ${line}`).join('\n')}`
}
