import { Counter, Gauge, type Registry } from 'prom-client'
import type { Cache } from '../cache/index.ts'

/** Tells what the cache of this process is worth. */
export function measureCache(cache: Pick<Cache, 'figures'>, registry: Registry): void {
  const questions: Counter = new Counter({
    name: 'factotum_cache_questions_total',
    help: 'Questions of this process to its cache, by what came of them.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      const { hits, misses, failures, skipped } = cache.figures()
      set(questions, { hit: hits, miss: misses, failure: failures, skipped })
    },
  })
  const values: Counter = new Counter({
    name: 'factotum_cache_values_total',
    help: 'Values that this process gave to its cache, by whether they were kept.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      const { kept, dropped } = cache.figures()
      set(values, { kept, dropped })
    },
  })
  const troubles: Gauge = new Gauge({
    name: 'factotum_cache_troubles',
    help: 'Servers or folders of the cache that do not answer this process.',
    registers: [registry],
    collect() {
      troubles.set(cache.figures().troubles.length)
    },
  })
}

/** The cache counts by itself. */
function set(counter: Counter, totals: Record<string, number>): void {
  counter.reset()
  for (const [outcome, total] of Object.entries(totals)) counter.inc({ outcome }, total)
}
