import type { Engine } from './engine.ts'

/** A job that was canceled with one that it waited for. */
export interface Dependent {
  id: string
  name: string
  queue: string
  correlation: string | null
}

/** Tells in this process of those that the ends in the rows of a statement's answer canceled. */
export function tellDependents(
  { metrics, events }: Engine,
  rows: readonly { dependents: Dependent[] | null }[],
): void {
  for (const { id, name, queue, correlation } of rows.flatMap(({ dependents }) => dependents ?? [])) {
    metrics.canceled++
    events.emit('canceled', { id, name, queue, correlationId: correlation, how: 'before_start' })
  }
}
