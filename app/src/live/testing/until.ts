/** Waits until a condition holds. @throws after 25 s, with what was waited for */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 25_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It never came: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
