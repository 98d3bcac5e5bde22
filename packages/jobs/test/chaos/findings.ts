import type { History, Rules } from './history.ts'

/** A promise that a history shows broken. */
export interface Finding {
  kind: FindingKind
  text: string
}

export type FindingKind =
  | 'lost'
  | 'stuck'
  | 'invented'
  | 'stored though refused'
  | 'stored twice'
  | 'two owners'
  | 'finished twice'
  | 'attempt counted twice'
  | 'ran after its end'
  | 'outcome overturned'
  | 'wrote after losing it'
  | 'attempt of no run'
  | 'given up early'
  | 'ran after its cancel'
  | 'cancel undone'
  | 'serial overlap'
  | 'serial order'
  | 'too many running'
  | 'too many starts'
  | 'unique twice'
  | 'ran before its parent'
  | 'ran despite its parent'
  | 'canceled in vain'
  | 'ran too early'
  | 'debounced twice'
  | 'old arguments'
  | 'fired twice'
  | 'fire missed'
  | 'crashed'

export type Check = (history: History, rules: Rules) => Finding[]
