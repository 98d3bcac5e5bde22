/** Where a server listens. */
export interface Address {
  host: string
  port: number
}

/** The longest that one may have to wait for a cache: milliseconds. */
const longestTimeout = 60_000

/**
 * A type's options as `_cache_config.json` has them. Each is asked for by its name; `done` refuses what nobody asked for.
 *
 * All throw an Error whose message is a part of a sentence, such as "url must be …".
 */
export class Entry {
  readonly #given: Record<string, unknown>
  readonly #known: string[] = []

  constructor(given: Record<string, unknown>) {
    this.#given = given
  }

  text(name: string): string {
    const value = this.#take(name)
    if (typeof value === 'string' && value !== '') return value
    throw new Error(`${name} must be a text, not ${shown(value)}`)
  }

  optionalText(name: string): string | undefined {
    return this.#take(name) === undefined ? undefined : this.text(name)
  }

  whole(name: string, { least, most, fallback }: { least: number; most: number; fallback: number }): number {
    const value = this.#take(name) ?? fallback
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw new Error(`${name} must be a whole number from ${least} to ${most}, not ${shown(value)}`)
  }

  timeout(fallback: number): number {
    return this.whole('timeout', { least: 1, most: longestTimeout, fallback })
  }

  /** `["10.0.0.5:11211", …]` */
  addresses(name: string, defaultPort: number): Address[] {
    const value = this.#take(name)
    if (!Array.isArray(value) || value.length === 0)
      throw new Error(`${name} must be a list of "host:port", not ${shown(value)}`)
    return value.map((one: unknown) => addressOf(one, name, defaultPort))
  }

  url(name: string, protocols: string[]): string {
    const text = this.text(name)
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).hostname)
      return text
    // What is wrong about it may be the password in it.
    throw new Error(
      `${name} must be an address that begins with ${protocols.map((it) => `${it}//`).join(' or ')}`,
    )
  }

  /** Names of keys begin with it: several programs may share a server. */
  namespace(): string {
    const value = this.#take('namespace') ?? 'factotum'
    if (typeof value === 'string' && /^[A-Za-z0-9_.-]{1,60}$/.test(value)) return value
    throw new Error(`namespace must be up to 60 letters, digits, "_", "." and "-", not ${shown(value)}`)
  }

  done(): void {
    const [stranger] = Object.keys(this.#given).filter((name) => !this.#known.includes(name))
    if (stranger === undefined) return
    throw new Error(`${shown(stranger)} is no option; there are ${this.#known.join(', ')}`)
  }

  #take(name: string): unknown {
    if (!this.#known.includes(name)) this.#known.push(name)
    return this.#given[name]
  }
}

function addressOf(value: unknown, name: string, defaultPort: number): Address {
  const text = typeof value === 'string' ? value.trim() : ''
  const [, six, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = six ?? plain
  const number = port === undefined ? defaultPort : Number(port)
  if (host === undefined || number < 1 || number > 65_535)
    throw new Error(`${name} must hold "host:port", such as "127.0.0.1:${defaultPort}", not ${shown(value)}`)
  return { host, port: number }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
