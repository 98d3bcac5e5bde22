/** Lets a few through at a time; the others wait for their turn, or until their signal aborts. */
export function gate(places: number) {
  let free = places
  const queue: (() => void)[] = []
  const enter = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      if (free > 0) {
        free--
        return resolve()
      }
      const turn = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        queue.splice(queue.indexOf(turn), 1)
        reject(signal.reason)
      }
      queue.push(turn)
      signal.addEventListener('abort', leave, { once: true })
    })
  const exit = () => {
    const next = queue.shift()
    if (next) next()
    else free++
  }
  return async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    await enter(signal)
    try {
      return await work()
    } finally {
      exit()
    }
  }
}
