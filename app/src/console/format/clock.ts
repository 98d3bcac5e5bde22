/** "14:02:11" in UTC. */
export const clock = (at: Date) => at.toISOString().slice(11, 19)

/** "20 Nov 14:02" in UTC. */
export function day(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.toISOString().slice(11, 16)}`
}

/** "2026-11-20 14:02:11.123 UTC" */
export const exact = (at: Date) => `${at.toISOString().replace('T', ' ').slice(0, 23)} UTC`

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
