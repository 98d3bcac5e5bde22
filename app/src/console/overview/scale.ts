/** An axis from 0 with round ticks: `top` is at least `highest`, and at least 4 so that one job is no mountain. */
export function scaleFor(highest: number): { top: number; ticks: number[] } {
  const wanted = Math.max(4, highest)
  const magnitude = 10 ** Math.floor(Math.log10(wanted / 2))
  const step =
    [1, 2, 2.5, 5, 10]
      .map((each) => each * magnitude)
      .find((each) => each * 2 >= wanted && Number.isInteger(each)) ?? wanted
  return { top: step * 2, ticks: [0, step, step * 2] }
}
