import type { Finding } from './index.ts'

/** Asks once in `ms` milliseconds, whoever asks how often, and one question at a time. */
export function keeping<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<T> | undefined
  return () => {
    const now = performance.now()
    if (!answer || now - asked > ms) {
      asked = now
      answer = ask()
    }
    return answer
  }
}

/** A check that does not end in time, or that throws, has failed. */
export const within =
  (patience: number, ask: () => Promise<Finding>): (() => Promise<Finding>) =>
  async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Finding>((resolve) => {
      timer = setTimeout(resolve, patience, failing(`It did not answer within ${patience / 1_000} s.`))
    })
    try {
      return await Promise.race([ask(), late])
    } catch {
      return failing('It could not be looked at. The log may say why.')
    } finally {
      clearTimeout(timer)
    }
  }

export const failing = (message: string): Finding => ({ state: 'failing', message })
