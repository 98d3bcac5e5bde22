import type { Subject } from './types.ts'

/**
 * `changed`   a row is not what was written
 * `missing`   rows between others, or at the beginning, are gone
 * `cut`       rows at the end are gone
 * `strange`   a row that the head of its subject knows nothing of
 * `erased`    content is gone, and no event says that it was erased
 * `head`      a head is not what was written
 * `export`    a file with heads is missing or was changed
 */
export type FindingKind = 'changed' | 'missing' | 'cut' | 'strange' | 'erased' | 'head' | 'export'

/** Something that the program did not do. */
export interface Finding {
  kind: FindingKind
  subject: Subject | null
  /** Within the subject; for several places the first. */
  place: number | null
  /** For whoever runs the program. */
  message: string
}

export type Tell = (finding: Finding) => void

const named = ({ kind, id }: Subject) => `${kind} ${id}`

/** A finding about a place of a subject; `what` ends the sentence. */
export const at = (kind: FindingKind, subject: Subject, place: number, what: string): Finding => ({
  kind,
  subject,
  place,
  message: `${named(subject)}, place ${place}: ${what}.`,
})
