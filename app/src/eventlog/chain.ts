import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a row's mac covers, in the order in which it is covered. */
export interface ProvedRow {
  kind: string
  subjectId: string
  place: number
  key: string
  code: string
  type: string
  level: number
  timer: string | null
  createdBy: string | null
  /** UTC with microseconds, as PostgreSQL keeps it: `2026-11-21T12:00:00.000000Z`. */
  createdAt: string
  correlationId: string | null
  /** Stands for notes, context and patch, which may be erased. */
  digest: Buffer
}

/** What may be erased, as it is stored. */
export interface Content {
  notes: string
  /** JSON text. */
  context: string | null
  /** JSON text. */
  patch: string | null
}

/** Proves rows and files with a key that never reaches the database. */
export interface Prover {
  /** @param previous the mac of the row before it in its subject; null for the first */
  row(row: ProvedRow, previous: Buffer | null): Buffer
  file(previous: string | null, text: string): string
}

/** @param secret `SECRET_KEY`; a key of each purpose's own is derived from it */
export function prover(secret: string): Prover {
  const rowKey = derived(secret, 'event rows')
  const fileKey = derived(secret, 'event head files')
  return {
    row: (row, previous) => createHmac('sha256', rowKey).update(rowBytes(row, previous)).digest(),
    file: (previous, text) =>
      createHmac('sha256', fileKey)
        .update(JSON.stringify([previous, text]))
        .digest('hex'),
  }
}

const derived = (secret: string, purpose: string) =>
  Buffer.from(hkdfSync('sha256', secret, 'factotum', purpose, 32))

/** JSON has one way to write a list of texts, numbers and nulls: no two rows have the same bytes. */
function rowBytes(row: ProvedRow, previous: Buffer | null): string {
  return JSON.stringify([
    1,
    row.kind,
    row.subjectId,
    row.place,
    row.key,
    row.code,
    row.type,
    row.level,
    row.timer,
    row.createdBy,
    row.createdAt,
    row.correlationId,
    row.digest.toString('hex'),
    previous?.toString('hex') ?? null,
  ])
}

export const newSalt = () => randomBytes(32)

/** Without its salt, which is erased with the content, no guess at the content can be tried against it. */
export const contentDigest = (salt: Buffer, { notes, context, patch }: Content) =>
  createHash('sha256')
    .update(salt)
    .update(JSON.stringify([notes, context, patch]))
    .digest()

export const same = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)
