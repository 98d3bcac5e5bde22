import { checkDefinition } from './check-definition.ts'
import { type Chooser, mayChoose } from './choose-code.ts'
import type { AnyEvents, CodeOf, EventCode } from './define.ts'
import { EventError } from './error.ts'
import { defaultOrder } from './types.ts'

/** A code with its key, for neither means anything alone, and all that is known of it. */
export interface ListedCode extends Required<Omit<EventCode, 'setRequiresActionBy'>> {
  key: string
  code: string
}

/** The pairs of key and code of these definitions. */
export type CodePair<Events extends AnyEvents> = Events extends AnyEvents
  ? { key: Events['key']; code: CodeOf<Events> }
  : never

/** A listed code whose key and code are known by type. */
export type CodeEntry<Events extends AnyEvents> = ListedCode & CodePair<Events>

/** Attributes that a code must have. */
export interface CodeFilter<Events extends AnyEvents = AnyEvents>
  extends Partial<Pick<ListedCode, 'type' | 'level' | 'stopsTimer'>> {
  key?: Events['key']
  code?: CodePair<Events>['code']
}

/** The events that there are. What is known of them by type, it knows: see `createRegistry`. */
export class EventRegistry<Events extends AnyEvents = AnyEvents> {
  readonly #events = new Map<string, { events: Events; file: string }>()

  /** @throws EventError event_registration */
  constructor(...definitions: Events[]) {
    this.register('the registry', definitions)
  }

  /**
   * Adds what a module defines.
   *
   * @param file where it stands, for whoever must mend it
   * @throws EventError event_registration that names file, key and code; nothing of the file is then added
   */
  register(file: string, definitions: readonly Events[]): void {
    const added = new Map<string, { events: Events; file: string }>()
    for (const events of definitions) {
      checkDefinition(events, file)
      const { key } = events
      const other = this.#events.get(key) ?? added.get(key)
      if (other) {
        const where = other.file === file ? 'there twice' : `taken by ${other.file}`
        throw new EventError(
          'event_registration',
          `${file}: the key "${key}" is ${where}. Rename one of them.`,
        )
      }
      added.set(key, { events, file })
    }
    for (const [key, entry] of added) this.#events.set(key, entry)
  }

  /** @throws EventError event_unknown */
  get<Key extends Events['key']>(key: Key): Events & { key: Key } {
    const isIt = (events: Events): events is Events & { key: Key } => events.key === key
    const found = this.#events.get(key)?.events
    if (found && isIt(found)) return found
    throw new EventError('event_unknown', `There is no event "${key.slice(0, 80)}".`)
  }

  /** True for this very definition, not for another one of its key. */
  has(events: AnyEvents): boolean {
    return this.#events.get(events.key)?.events === events
  }

  keys(): string[] {
    return [...this.#events.keys()].sort()
  }

  /** The codes that a role may choose, in order; of one key, or of all. */
  selectable(role: Exclude<Chooser, 'program'>, key?: Events['key']): CodeEntry<Events>[] {
    return this.filter(key === undefined ? {} : { key }).filter((code) => mayChoose(code, role))
  }

  /** The codes with these attributes, in order. */
  filter(wanted: CodeFilter<Events> = {}): CodeEntry<Events>[] {
    return this.#list().filter((listed) =>
      filterNames.every((name) => wanted[name] === undefined || listed[name] === wanted[name]),
    )
  }

  #list(): CodeEntry<Events>[] {
    const isOurs = (listed: ListedCode): listed is CodeEntry<Events> => this.#events.has(listed.key)
    return [...this.#events.values()]
      .flatMap(({ events }) => listCodes(events))
      .filter(isOurs)
      .sort((a, b) => a.order - b.order)
  }
}

/** A registry of these events alone, which knows all their keys and codes by type. */
export const createRegistry = <Definitions extends AnyEvents[]>(...definitions: Definitions) =>
  new EventRegistry<Definitions[number]>(...definitions)

const filterNames = ['key', 'code', 'type', 'level', 'stopsTimer'] as const

/** The codes of one definition, in order. */
export function listCodes({ key, codes }: AnyEvents): ListedCode[] {
  return Object.entries(codes)
    .map(([code, { setRequiresActionBy: _, order = defaultOrder, ...attributes }]) => ({
      key,
      code,
      order,
      ...attributes,
    }))
    .sort((a, b) => a.order - b.order)
}
