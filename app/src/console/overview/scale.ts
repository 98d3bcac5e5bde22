/** An axis from 0 with round ticks. */
export interface Scale {
  top: number
  ticks: number[]
}

/** `top` is at least `highest`, and at least 4 so that one job is no mountain. */
export function scaleFor(highest: number): Scale {
  const wanted = Math.max(4, highest)
  const magnitude = 10 ** Math.floor(Math.log10(wanted / 2))
  const step =
    [1, 2, 2.5, 5, 10]
      .map((each) => each * magnitude)
      .find((each) => each * 2 >= wanted && Number.isInteger(each)) ?? wanted
  return { top: step * 2, ticks: [0, step, step * 2] }
}

/** Of a time in ms: at least 100 ms, as less than that nobody notices; its steps are those of a clock. */
export function scaleForSpan(highest: number): Scale {
  const step = steps.find((each) => each * 2 >= highest) ?? Math.ceil(highest / 2 / DAY) * DAY
  return { top: step * 2, ticks: [0, step, step * 2] }
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const steps = [
  ...[50, 100, 250, 500],
  ...[1, 2.5, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2.5, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 3, 6, 12].map((each) => each * HOUR),
]
