/** The known name that a wrong one was probably meant to be, or null where none is near. */
export function suggest(wrong: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(2, Math.floor(wrong.length / 3)) + 1
  for (const name of known) {
    const far = distance(wrong.toLowerCase(), name.toLowerCase())
    if (far < least) [best, least] = [name, far]
  }
  return best
}

/** Levenshtein's: how many letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
