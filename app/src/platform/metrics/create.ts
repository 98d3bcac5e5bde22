import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** What this process counts of itself, as Prometheus reads it. */
export interface Metrics {
  /** Where parts add what they count. */
  registry: Registry
  /** Connections over which browsers hear live events. */
  live: { opened(kind: 'socket' | 'sse'): () => void }
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'factotum_build_info',
    help: 'Always 1; the label tells the version.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  return { registry, live: liveConnections(registry) }
}

function liveConnections(registry: Registry): Metrics['live'] {
  const open = new Gauge({
    name: 'factotum_live_connections',
    help: 'Connections to this process over which live events are heard.',
    labelNames: ['kind'],
    registers: [registry],
  })
  for (const kind of ['socket', 'sse']) open.set({ kind }, 0)
  return {
    opened(kind) {
      open.inc({ kind })
      let closed = false
      return () => {
        if (!closed) open.dec({ kind })
        closed = true
      }
    },
  }
}
