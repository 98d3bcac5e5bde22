import { randomUUID } from 'node:crypto'

/** A place in a call that whoever calls fills in. */
export interface Field {
  /** Which it is: `GET /events ?subject`, `POST /people .name`, `POST /account/name email`. */
  name: string
  /** How it is asked for: as a program, as a browser, or as both. */
  accepts: string[]
  /** The call with this text at that place, and with what is plain at all others. */
  call(text: string): { method: Method; url: string; payload?: object | string; form?: boolean }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof methods)[number]

/** As much of the API's description as says what may be filled in. */
export interface Description {
  paths: Record<string, Record<string, Operation | undefined>>
}
interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content?: Record<string, { schema?: Schema } | undefined> }
}
interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  minimum?: number
}

/** Every field of every call that is described: of its address, its query and its body, whatever type it is of. */
export const describedFields = ({ paths }: Description): Field[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    methods.flatMap((method) => {
      const operation = operations[method.toLowerCase()]
      return operation
        ? [...addressFieldsOf(method, path, operation), ...bodyFieldsOf(method, path, operation)]
        : []
    }),
  )

function addressFieldsOf(method: Method, path: string, operation: Operation): Field[] {
  const body = bodyOf(operation)
  const payload = body && { payload: object(plain(body)) }
  const field = (name: string, url: (text: string) => string): Field => ({
    name: `${method} ${path} ${name}`,
    accepts: acceptsOf(method),
    call: (text) => ({ method, url: url(text), ...payload }),
  })
  return (operation.parameters ?? []).flatMap(({ name, in: place }) => {
    if (place === 'path') return [field(name, (text) => addressOf(path, { [name]: text }))]
    if (place === 'query')
      return [field(`?${name}`, (text) => `${addressOf(path)}?${name}=${encodeURIComponent(text)}`)]
    return []
  })
}

function bodyFieldsOf(method: Method, path: string, operation: Operation): Field[] {
  const body = bodyOf(operation)
  if (!body) return []
  return places(body).map(
    ({ path: place, put }): Field => ({
      name: `${method} ${path} ${place}`,
      accepts: acceptsOf(method),
      call: (text) => ({ method, url: addressOf(path), payload: object(put(text)) }),
    }),
  )
}

const bodyOf = ({ requestBody }: Operation) => requestBody?.content?.['application/json']?.schema

/** Pages are sent by forms; those are not described. */
const acceptsOf = (method: Method) =>
  method === 'GET' ? ['application/json', 'text/html'] : ['application/json']

/** The fields of forms, by where they are sent; and one more, that nobody asked for. */
export function formFields(forms: Record<string, string[]>): Field[] {
  return Object.entries(forms).flatMap(([url, names]) =>
    [...names, null].map(
      (chosen): Field => ({
        name: `POST ${url} ${chosen ?? 'another'}`,
        accepts: ['text/html'],
        call(text) {
          const fields = new URLSearchParams(names.map((name) => [name, plainText(name)]))
          fields.set(chosen ?? text, text)
          return { method: 'POST', url, payload: fields.toString(), form: true }
        },
      }),
    ),
  )
}

/** Addresses with `@` where the text stands, if it stands there at all. */
export const addressFields = (addresses: string[]): Field[] =>
  addresses.map(
    (address): Field => ({
      name: `GET ${address}`,
      accepts: ['application/json', 'text/html'],
      call: (text) => ({ method: 'GET', url: address.replaceAll('@', encodeURIComponent(text)) }),
    }),
  )

const addressOf = (path: string, given: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(given[name] ?? '1'))

interface Place {
  /** `.filter.name`; `.*` is a field that the schema doesn't know. */
  path: string
  /** A body that is plain but for this place. */
  put(text: string): unknown
}

function places(schema: Schema, name = ''): Place[] {
  const { type, properties = {}, items, anyOf } = schema
  if (anyOf) return distinct(anyOf.flatMap((each) => places(each, name)))
  if (type === 'array')
    return places(items ?? {}, name).map(({ path, put }): Place => ({ path, put: (text) => [put(text)] }))
  if (type !== 'object') return [{ path: '', put: (text) => text }]
  const within = Object.entries(properties).flatMap(([key, each]) =>
    places(each, key).map(
      ({ path, put }): Place => ({
        path: `.${key}${path}`,
        put: (text) => ({ ...object(plain(schema)), [key]: put(text) }),
      }),
    ),
  )
  return [...within, { path: '.*', put: (text) => ({ ...object(plain(schema)), [text]: text }) }]
}

const distinct = (found: Place[]) => [...new Map(found.map((place) => [place.path, place])).values()]

/** A value that is as the schema wants it, with no more than it has to have. */
function plain({ type, properties = {}, required = [], items, ...rest }: Schema, name = ''): unknown {
  if (rest.anyOf) return plain(rest.anyOf[0] ?? {}, name)
  if (rest.const !== undefined) return rest.const
  if (rest.enum) return rest.enum[0]
  if (type === 'object')
    return Object.fromEntries(required.map((key) => [key, plain(properties[key] ?? {}, key)]))
  if (type === 'array') return [plain(items ?? {}, name)]
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return rest.minimum ?? 1
  return plainText(name)
}

/** What gets far: what is refused at once would hide the other fields. */
function plainText(name: string): string {
  if (name === 'email') return `${randomUUID()}@example.org`
  return plainTexts[name] ?? 'plain'
}

const plainTexts: Record<string, string> = {
  role: 'staff',
  scopes: 'all',
  whose: 'own',
  days: '30',
  hourly_limit: '10',
  daily_limit: '10',
  cron: '@daily',
  config_name: 'ORGANISATION_NAME',
  TIME_ZONE: 'UTC',
  OUTPUT_ROOTS: '/srv/letters',
}

function object(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  throw new Error(`A body is ${JSON.stringify(value)}.`)
}
