/** Where Sentry takes errors of one project. */
export function sentryDsn(text: string): string {
  // It is never repeated: who has it can send.
  if (URL.canParse(text)) {
    const { protocol, username, pathname } = new URL(text)
    if (/^https?:$/.test(protocol) && username && /\/\d+$/.test(pathname)) return text
  }
  throw new Error('must be the DSN of a project in Sentry: https://key@host/number')
}

/** The address below which a collector takes `/v1/traces`. */
export function collector(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, search, hash, username } = new URL(text)
    if (/^https?:$/.test(protocol) && !search && !hash && !username) return text.replace(/\/+$/, '')
  }
  // It may hold a password.
  throw new Error(
    'must be an address such as http://localhost:4318, without a password: that goes to OTEL_EXPORTER_OTLP_HEADERS',
  )
}

/** Pairs as OpenTelemetry writes them: `name=value`, with commas between, values percent-encoded. */
export function headerPairs(text: string): readonly string[] {
  return text.split(',').map((pair) => {
    const one = pair.trim()
    // They hold keys: none is repeated.
    if (!/^[\w!#$%&'*+.^`|~-]+=[\x21-\x7e]+$/.test(one) || !isDecodable(one))
      throw new Error('must be name=value, with commas between, and %20 for a space in a value')
    return one
  })
}

function isDecodable(text: string): boolean {
  try {
    return !/[\r\n\0]/.test(decodeURIComponent(text))
  } catch {
    return false
  }
}

/** How much of all. */
export function share(text: string): number {
  const value = Number(text)
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return value
  throw new Error(`must be a number from 0 (none) to 1 (all), such as 0.1, not "${text}"`)
}

export function shortName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text
  throw new Error('must be up to 64 letters, digits, dots, dashes and underscores')
}
