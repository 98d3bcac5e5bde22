import type { Visitor } from '../visitor.ts'

/** A browser's cookies, as far as a test needs them. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #address: string

  constructor(address = '192.0.2.1') {
    this.#address = address
  }

  /** Takes `set-cookie` headers as a browser would. */
  take(headers: string | string[] | undefined): void {
    for (const header of [headers ?? []].flat()) {
      const [pair = '', ...attributes] = header.split(/;\s*/)
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      const gone = attributes.some((each) => /^max-age=0$/i.test(each)) || value === ''
      if (gone) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  names(): string[] {
    return [...this.#cookies.keys()]
  }

  visit(headers: Visitor['headers'] = {}): Visitor {
    return { address: this.#address, headers: { cookie: this.cookie, 'user-agent': 'Tests/1', ...headers } }
  }
}

/** The token of a link that was printed or sent. */
export function tokenOf(text: string | null | undefined): string {
  const token = /\/signin\/link\?token=([\w-]+)/.exec(text ?? '')?.[1]
  if (!token) throw new Error(`There is no link in: ${text}`)
  return token
}
