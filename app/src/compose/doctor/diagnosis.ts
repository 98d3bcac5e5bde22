/** What was found of one thing. */
export interface Diagnosis {
  name: string
  state: 'ok' | 'warning' | 'bad'
  message: string
  /** What to do; null where all is well. */
  advice: string | null
}

export const well = (name: string, message: string): Diagnosis => ({
  name,
  state: 'ok',
  message,
  advice: null,
})
export const warning = (name: string, message: string, advice: string): Diagnosis => ({
  name,
  state: 'warning',
  message,
  advice,
})
export const bad = (name: string, message: string, advice: string): Diagnosis => ({
  name,
  state: 'bad',
  message,
  advice,
})

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
