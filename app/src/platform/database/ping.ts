import type { Database } from './index.ts'

/** Null while the database answers, else what is wrong. */
export type Ping = () => Promise<string | null>

/**
 * Asks the database at most once in `keep` milliseconds, whoever asks how often; one question at a time,
 * given up after `patience` milliseconds.
 */
export function databasePing({ pool }: Pick<Database, 'pool'>, keep = 1_000, patience = 3_000): Ping {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<string | null> | undefined
  return () => {
    const now = performance.now()
    if (!answer || now - asked > keep) {
      asked = now
      answer = ask()
    }
    return answer
  }

  async function ask(): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, patience, `The database did not answer within ${patience / 1000} s.`)
    })
    const answered = pool.query('select 1').then(
      () => null,
      () => "The database can't be reached.",
    )
    return Promise.race([answered, late]).finally(() => clearTimeout(timer))
  }
}
