/**
 * For a transaction that fires a schedule. One whose program stands still, or that waits for a job that somebody has
 * locked, must not keep the schedule from the others.
 */
export const guardFire = (ms: number) =>
  `set local idle_in_transaction_session_timeout = ${ms}; set local lock_timeout = ${ms}`
