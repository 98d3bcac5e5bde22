/** One look serves all who ask within this time, and takes no longer than the other. Milliseconds. */
const shared = 1_000
const patience = 3_000

/** Looks for all figures of a scrape at once, however many scrape; null where the look failed or took too long. */
export function lookOnce<T>(look: () => Promise<T>): () => Promise<T | null> {
  let last: { at: number; seen: Promise<T | null> } | null = null
  return () => {
    const now = performance.now()
    if (!last || now - last.at > shared) last = { at: now, seen: inTime(look()) }
    return last.seen
  }
}

async function inTime<T>(looking: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patience)
  })
  try {
    return await Promise.race([looking.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
