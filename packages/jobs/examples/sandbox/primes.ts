import { currentJob } from '@factotum/jobs'

export async function countPrimes(below: number): Promise<number> {
  let count = 0
  for (let n = 2; n < below; n++) {
    if (n % 10_000 === 0) await currentJob().progress(n / below)
    let divisor = 2
    while (divisor * divisor <= n && n % divisor !== 0) divisor++
    if (divisor * divisor > n) count++
  }
  return count
}

export function fillMemory(): never {
  const all: string[][] = []
  for (;;) all.push(Array.from({ length: 1_000 }, String))
}
