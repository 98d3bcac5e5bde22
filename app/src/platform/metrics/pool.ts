import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'

/** Tells how busy this process' connections to the database are. */
export function measurePool(pool: Pool, registry: Registry): void {
  const connections: Gauge = new Gauge({
    name: 'factotum_database_pool_connections',
    help: 'Connections of this process to the database, by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
      connections.set({ state: 'idle' }, pool.idleCount)
    },
  })
  const waiting: Gauge = new Gauge({
    name: 'factotum_database_pool_waiting',
    help: 'Callers that wait for a connection of this process.',
    registers: [registry],
    collect() {
      waiting.set(pool.waitingCount)
    },
  })
  new Gauge({
    name: 'factotum_database_pool_size',
    help: 'Connections that this process may have at most.',
    registers: [registry],
  }).set(pool.options.max)
}
