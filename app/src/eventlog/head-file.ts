import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Prover } from './chain.ts'

/** Where files with heads are kept: out of the reach of who can change the database, if possible. */
export interface HeadStore {
  /** The file exists only once all of it is safe. */
  put(name: string, data: AsyncIterable<Uint8Array>): Promise<unknown>
  /** Null where there is no such file. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | null>
  list(): AsyncIterable<string>
}

/** A head as a file has it: in this place of the subject stands the row with this mac. */
export interface HeadClaim {
  kind: string
  id: string
  place: number
  /** Hex. */
  mac: string
}

/** The last line of a file: what proves the lines before it, and that no file before it is gone. */
export interface HeadSeal {
  file: number
  heads: number
  at: string
  /** The seal's mac of the file before; null for the first. */
  previous: string | null
  mac: string
}

export const fileName = (number: number) => `${String(number).padStart(6, '0')}.jsonl`
export const fileNumber = (name: string) => Number(/^(\d{6,})\.jsonl$/.exec(name)?.[1] ?? Number.NaN)

/** A file's bytes, line by line; `seal` is called once the last head has passed. */
export async function* headFile(
  claims: AsyncIterable<HeadClaim>,
  seal: (sha256: string, heads: number) => HeadSeal,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let heads = 0
  for await (const claim of claims) {
    const line = `${JSON.stringify(claim)}\n`
    hash.update(line)
    heads++
    yield Buffer.from(line)
  }
  yield Buffer.from(`${JSON.stringify(seal(hash.digest('hex'), heads))}\n`)
}

export function sealOf(
  prover: Prover,
  { sha256, ...seal }: Omit<HeadSeal, 'mac'> & { sha256: string },
): HeadSeal {
  return {
    ...seal,
    mac: prover.file(seal.previous, JSON.stringify([seal.file, seal.heads, seal.at, sha256])),
  }
}

/** The seal of a file that is whole and unchanged; null for any other. */
export async function provenSeal(prover: Prover, data: AsyncIterable<Uint8Array>): Promise<HeadSeal | null> {
  const hash = createHash('sha256')
  let last: string | null = null
  for await (const line of linesOf(data)) {
    if (last !== null) hash.update(`${last}\n`)
    last = line
  }
  const seal = asSeal(last)
  if (!seal) return null
  const { mac, ...rest } = seal
  return sealOf(prover, { ...rest, sha256: hash.digest('hex') }).mac === mac ? seal : null
}

/** The heads of a file whose seal was proven. */
export async function* claimsOf(data: AsyncIterable<Uint8Array>): AsyncGenerator<HeadClaim> {
  for await (const line of linesOf(data)) {
    const value: unknown = JSON.parse(line)
    if (isClaim(value)) yield value
  }
}

const linesOf = (data: AsyncIterable<Uint8Array>) =>
  createInterface({ input: Readable.from(data, { objectMode: false }), crlfDelay: Number.POSITIVE_INFINITY })

function asSeal(line: string | null): HeadSeal | null {
  try {
    const value: unknown = JSON.parse(line ?? '')
    return isSeal(value) ? value : null
  } catch {
    return null
  }
}

function isSeal(value: unknown): value is HeadSeal {
  if (typeof value !== 'object' || value === null) return false
  return 'file' in value && 'heads' in value && 'at' in value && 'previous' in value && 'mac' in value
}

function isClaim(value: unknown): value is HeadClaim {
  if (typeof value !== 'object' || value === null) return false
  return 'kind' in value && 'id' in value && 'place' in value && 'mac' in value
}
