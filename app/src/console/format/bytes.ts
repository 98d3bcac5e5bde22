const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** A size in decimal units with three figures: "999 B", "1.5 kB", "162 MB". */
export function bytes(size: number): string {
  let value = Math.max(0, size)
  let unit = 0
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  const text =
    unit === 0 || value >= 99.95 ? Math.round(value).toString() : value.toFixed(value >= 9.995 ? 1 : 2)
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} ${units[unit]}`
}
