/** The SQLSTATE of a database error; null for other errors, such as a lost connection. */
export function sqlState(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** Classes 22 (data exception) and 23 (integrity): the data is at fault, and trying again would not help. */
export function causedByData(error: unknown): boolean {
  const code = sqlState(error)
  return code !== null && (code.startsWith('22') || code.startsWith('23'))
}
