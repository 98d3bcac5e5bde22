/** How many names a sentence holds. */
export const mostNames = 5

/** `the queues "a", "b" and 3 more`. */
export function named(one: string, several: string, names: string[]): string {
  const shown = names.slice(0, mostNames).join(', ')
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ''
  return `${names.length === 1 ? one : several} ${shown}${more}`
}

/** `90 s`, `2 min`, `3 h`, `4 days`. */
export function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`
}

export const quote = (name: string) => JSON.stringify(name)
