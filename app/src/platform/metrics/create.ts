import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { measureCache } from './cache.ts'
import type { Metrics } from './index.ts'
import { measureRuns } from './job-runs.ts'
import { measurePool } from './pool.ts'
import { measureQueues } from './queues.ts'
import { measureRequests } from './requests.ts'

export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'factotum_build_info',
    help: 'Always 1; the label tells the version.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  return {
    read: async () => ({ text: await registry.metrics(), type: registry.contentType }),
    requests: (app) => measureRequests(app, registry),
    jobs(jobs) {
      measureRuns(jobs, registry)
      measureQueues(jobs, registry)
    },
    pool: (pool) => measurePool(pool, registry),
    cache: (cache) => measureCache(cache, registry),
    liveOpened: liveConnections(registry),
  }
}

function liveConnections(registry: Registry): Metrics['liveOpened'] {
  const open = new Gauge({
    name: 'factotum_live_connections',
    help: 'Connections to this process over which live events are heard.',
    labelNames: ['kind'],
    registers: [registry],
  })
  for (const kind of ['socket', 'sse']) open.set({ kind }, 0)
  return (kind) => {
    open.inc({ kind })
    let closed = false
    return () => {
      if (!closed) open.dec({ kind })
      closed = true
    }
  }
}
