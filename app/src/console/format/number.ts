const format = new Intl.NumberFormat('en')

/** "48,311" */
export const count = (value: number) => format.format(value)

/** "1 job", "1,204 jobs" */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`
