import type { Caller } from './contender.ts'

const batch = 1000

/** Enqueues jobs numbered from `from`. */
export async function fill(caller: Caller, count: number, from = 0): Promise<void> {
  for (let next = 0; next < count; next += batch) {
    await caller.addMany(
      Array.from({ length: Math.min(batch, count - next) }, (_, index) => from + next + index),
    )
  }
}

/** Resolves when all that was enqueued has ended. */
export async function emptied(caller: Caller): Promise<void> {
  while ((await caller.left()) > 0) await new Promise((resolve) => setTimeout(resolve, 2))
}
