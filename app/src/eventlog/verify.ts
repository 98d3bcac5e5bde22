import type pg from 'pg'
import type { Prover } from './chain.ts'
import type { Finding, Tell } from './finding.ts'
import type { HeadStore } from './head-file.ts'
import { verifyExports } from './verify-exports.ts'
import { verifyHeads } from './verify-heads.ts'
import { verifyRows } from './verify-rows.ts'

/** What was looked at, and how much of it is not as it was written. */
export interface Verification {
  rows: number
  subjects: number
  exports: number
  findings: number
  /** No row at all is proved: it is the key that is another. */
  anotherKey: boolean
}

/** See `EventLog.verify`. */
export async function verifyEvents(
  pool: pg.Pool,
  prover: Prover,
  store: HeadStore,
  told: Tell,
): Promise<Verification> {
  let findings = 0
  const tell = (finding: Finding) => {
    findings++
    told(finding)
  }
  const { rows, subjects, unproved } = await verifyRows(pool, prover, tell)
  await verifyHeads(pool, tell)
  const exports = await verifyExports(pool, prover, store, tell)
  return { rows, subjects, exports, findings, anotherKey: rows > 1 && unproved === rows }
}
