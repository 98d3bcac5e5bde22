import type pg from 'pg'
import { gather, gathered, stretchEnd, walk } from '../sql/find-jobs.ts'
import type { CheckedFilter } from './filter.ts'
import { type Place, placesOf } from './places.ts'

/** What to look for, from where, in which direction. */
export interface Search {
  filter: CheckedFilter
  toward: 'older' | 'newer'
  /** Only ids beyond this one; null for all. */
  from: string | null
  /** How many ids are wanted. */
  limit: number
  /** Any matches will do: they are only counted. */
  inAnyOrder?: boolean
  /** How many jobs a look may go through; less than the default where their contents are looked into. */
  look?: number
}

export interface Found {
  /** In the direction of the search. */
  ids: string[]
  /** Where the look ended before it had seen all: what is beyond this id is unknown. Null where all was seen. */
  edge: string | null
}

/** Jobs that one look goes through in each table, at most: some 20 ms. */
const defaultLook = 25_000
/** The same where arguments and errors are read. */
const contentsLook = 10_000

/**
 * Finds jobs without ever going through more than a bounded number of them: each table is walked along an index, in order
 * of ids, up to the end of the look. Where that is too little, small indexes are gathered.
 */
export async function findJobs(client: pg.ClientBase, schema: string, search: Search): Promise<Found> {
  const parts: Found[] = []
  for (const place of placesOf(search.filter)) parts.push(await findIn(client, schema, place, search))
  return merged(parts, search)
}

/** How many jobs match, up to `most`. */
export async function countJobs(
  client: pg.ClientBase,
  schema: string,
  filter: CheckedFilter,
  most: number,
  look?: number,
): Promise<{ count: number; more: boolean }> {
  const search: Search = {
    filter,
    toward: 'older',
    from: null,
    limit: most + 1,
    inAnyOrder: true,
    ...(look ? { look } : {}),
  }
  let count = 0
  let more = false
  for (const place of placesOf(filter)) {
    const { ids, edge } = await findIn(client, schema, place, { ...search, limit: most + 1 - count })
    count += ids.length
    more ||= edge !== null
    if (count > most) return { count: most, more: true }
  }
  return { count, more }
}

async function findIn(client: pg.ClientBase, schema: string, place: Place, search: Search): Promise<Found> {
  const { filter, limit } = search
  const reads = filter.args !== undefined || filter.text !== undefined
  const asked = search.look ?? (reads ? contentsLook : defaultLook)
  const bounded = { ...search, look: Math.max(asked, limit) }
  const ids = async ({ text, values }: pg.QueryConfig) =>
    (await client.query<{ id: string }>(text, values)).rows.map(({ id }) => id)
  const found = await ids(walk(schema, place, bounded))
  if (found.length === limit) return { ids: found, edge: null }
  const [edge] = await ids(stretchEnd(schema, place, bounded))
  if (edge === undefined) return { ids: found, edge: null }
  if (place.gather === null) return { ids: found, edge }
  const size = await client.query<{ count: string }>(gathered(schema, place, bounded))
  const complete = Number(size.rows[0]?.count) < bounded.look
  if (!complete && !search.inAnyOrder) return { ids: found, edge }
  const some = await ids(gather(schema, place, bounded))
  if (complete) return { ids: some, edge: null }
  return { ids: some.length > found.length ? some : found, edge }
}

/** One order from several tables; nothing beyond the nearest edge, as a table may hide something there. */
function merged(parts: Found[], { toward, limit }: Search): Found {
  const nearer = (a: bigint, b: bigint) => (toward === 'older' ? a > b : a < b)
  const edges = parts.flatMap(({ edge }) => (edge === null ? [] : [BigInt(edge)]))
  const [first, ...others] = edges
  const edge = first === undefined ? null : others.reduce((a, b) => (nearer(a, b) ? a : b), first)
  const ids = parts
    .flatMap((part) => part.ids.map(BigInt))
    .filter((id) => edge === null || !nearer(edge, id))
    .sort((a, b) => (nearer(a, b) ? -1 : 1))
    .slice(0, limit)
    .map(String)
  return { ids, edge: edge === null ? null : String(edge) }
}
