import type { QueryConfig } from 'pg'
import { contentConditions, dayConditions, Values } from '../search/conditions.ts'
import type { Search } from '../search/find.ts'
import type { Place } from '../search/places.ts'

type Bounded = Search & { look: number }

/**
 * The ids in a stretch of an index that match, in its order. The stretch is cut off within, so that the statement ends
 * after `look` rows, however few match.
 */
export function walk(schema: string, place: Place, search: Bounded): QueryConfig {
  const values = new Values()
  const inner = stretch(schema, place, search, values)
  const conditions = restConditions(schema, place, search, values)
  const text = `
select l.id from (${inner} limit ${values.add(search.look)}) l
${where(conditions)} order by ${order(place, search, 'l')} limit ${values.add(search.limit)}`
  return { text, values: values.list }
}

/** The last id of that stretch, where it was cut off. */
export function stretchEnd(schema: string, place: Place, search: Bounded): QueryConfig {
  const values = new Values()
  const inner = stretch(schema, place, search, values, 'd.id')
  return { text: `${inner} offset ${values.add(search.look - 1)} limit 1`, values: values.list }
}

/** How many rows the place's small indexes hold, counted up to `look` each. */
export function gathered(schema: string, place: Place, search: Bounded): QueryConfig {
  const values = new Values()
  const look = values.add(search.look)
  const counts = pieces(schema, place, search, values, 'j.id').map(
    (piece) => `(select count(*) from (${piece} limit ${look}) p)`,
  )
  return { text: `select ${counts.join(' + ')} as count`, values: values.list }
}

/**
 * The ids in the place's small indexes that match, of `look` rows of each: that bound also keeps the order from being had
 * by walking the primary key, past all jobs of other states.
 */
export function gather(schema: string, place: Place, search: Bounded): QueryConfig {
  const values = new Values()
  const look = values.add(search.look)
  const all = pieces(schema, place, search, values, 'j.*')
    .map((piece) => `(${piece} limit ${look})`)
    .join(' union all ')
  const { from, toward } = search
  const conditions = restConditions(schema, place, search, values)
  if (from !== null) conditions.push(`l.id ${beyond(toward)} ${values.add(from)}`)
  const text = `select l.id from (${all}) l ${where(conditions)} order by l.id ${direction(toward)}
limit ${values.add(search.limit)}`
  return { text, values: values.list }
}

/** Rows `d` in the order of an index. The bounds name its first column so that no other index will do. */
function stretch(schema: string, place: Place, search: Bounded, values: Values, columns = 'd.*'): string {
  const { toward, filter } = search
  const from = values.add(search.from ?? (toward === 'older' ? '9223372036854775807' : '0'))
  const conditions: string[] = []
  if (place.along === 'id') conditions.push(`d.id ${beyond(toward)} ${from}`)
  else {
    const key = values.add(filter[place.along])
    const column = `d.${place.along}`
    conditions.push(`(${column}, d.id) ${beyond(toward)} (${key}, ${from}::bigint)`)
    conditions.push(`${column} ${toward === 'older' ? '>=' : '<='} ${key}`)
  }
  if (place.table !== 'job') conditions.push(...dayConditions(filter, values))
  return `select ${columns} from ${schema}.${place.table} d ${where(conditions)} order by ${order(place, search, 'd')}`
}

/** What the stretch does not ensure. */
function restConditions(
  schema: string,
  { table, along, state }: Place,
  { filter }: Search,
  values: Values,
): string[] {
  const { queue, name, ...others } = filter
  const rest = {
    ...others,
    ...(queue === undefined || along === 'queue' ? {} : { queue }),
    ...(name === undefined || along === 'name' ? {} : { name }),
  }
  const conditions = contentConditions(schema, table, rest, values)
  return state === null ? conditions : [state, ...conditions]
}

function pieces(
  schema: string,
  { table, gather }: Place,
  { filter }: Search,
  values: Values,
  columns: string,
): string[] {
  const conditions = gather ?? []
  const queue = conditions.some((each) => each.includes(':queue')) ? values.add(filter.queue) : ''
  return conditions.map(
    (each) => `select ${columns} from ${schema}.${table} j where ${each.replace(':queue', queue)}`,
  )
}

const order = ({ along }: Place, { toward }: Search, row: string) =>
  (along === 'id' ? ['id'] : [along, 'id'])
    .map((column) => `${row}.${column} ${direction(toward)}`)
    .join(', ')
const where = (conditions: string[]) => (conditions.length > 0 ? `where ${conditions.join(' and ')}` : '')
const direction = (toward: Search['toward']) => (toward === 'older' ? 'desc' : 'asc')
const beyond = (toward: Search['toward']) => (toward === 'older' ? '<' : '>')
