/**
 * A figure counts only where each of the jobs 0 to `count` - 1 ran exactly once.
 *
 * @throws Error naming what was lost or ran twice
 */
export function assertOnce(name: string, ran: readonly number[], count: number): void {
  const seen = new Uint8Array(count)
  let strange = 0
  for (const n of ran) {
    const before = seen[n]
    if (before === undefined) strange++
    else seen[n] = Math.min(before + 1, 255)
  }
  const lost = seen.filter((times) => times === 0).length
  const twice = seen.filter((times) => times > 1).length
  if (lost + twice + strange === 0) return
  throw new Error(
    `${name}: of ${count} jobs ${lost} never ran and ${twice} ran more than once; ${strange} runs were of none of them.`,
  )
}
