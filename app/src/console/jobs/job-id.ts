const LARGEST = 9_223_372_036_854_775_807n

/** A job's id as the database knows it, or null: no whole number, or more than a bigint holds, names no job. */
export function jobId(text: string): string | null {
  if (!/^\d{1,30}$/.test(text)) return null
  const id = BigInt(text)
  return id <= LARGEST ? id.toString() : null
}
