import type { Missed } from './due-fires.ts'

/**
 * What becomes of a fire while a job of the schedule before it has not ended: it is left out, it is made all the same,
 * or it is made and the jobs before are canceled.
 */
export type Overlap = 'skip' | 'allow' | 'cancelPrevious'

export interface OverlapRule {
  overlap: Overlap
  missed: Missed
}

/**
 * Which of the fires that are due at one moment are made, and how many are left out. Those that `missed: 'all'` makes
 * up for are made together; else several that are due at once overlap as well, and the newest stands for all.
 */
export function withoutOverlap(
  { overlap, missed }: OverlapRule,
  fires: Date[],
  unfinished: boolean,
): { fires: Date[]; skipped: number } {
  const kept = keptOf()
  return { fires: kept, skipped: fires.length - kept.length }

  function keptOf(): Date[] {
    if (overlap === 'allow') return fires
    if (overlap === 'skip' && unfinished) return []
    return overlap === 'skip' && missed === 'all' ? fires : fires.slice(-1)
  }
}
