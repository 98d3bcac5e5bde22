const units: Record<string, number> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** NaN for what is no size. */
export function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d+)\s*([A-Za-z]*)$/.exec(text) ?? []
  return Number(digits) * (units[unit ?? ''] ?? Number.NaN)
}

export function size(text: string): number {
  const bytes = bytesOf(text)
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new Error(`must be a size above zero like 500MB, 2GB or a number of bytes, not "${text}"`)
}
