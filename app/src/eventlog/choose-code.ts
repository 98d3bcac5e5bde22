import type { AnyEvents, EventCode } from './define.ts'
import { EventError } from './error.ts'
import type { EventRole } from './types.ts'

/** Who chooses a code: a person with this role (null: none yet), or the program itself. */
export type Chooser = EventRole | null | 'program'

/** What may say which code is meant. */
export interface CodeWish {
  code?: string | undefined
  /** For the definition's `chooseCode`. */
  choice?: unknown
  by: Chooser
}

export interface ChosenCode {
  code: string
  attributes: EventCode
}

/**
 * The given code, else what `chooseCode` says, else the only one.
 *
 * @throws EventError event_code_unknown, event_code_forbidden, event_code_missing
 */
export function chooseCode(events: AnyEvents, { code, choice, by }: CodeWish): ChosenCode {
  if (code !== undefined) return allowed(events, code, by)
  const found = choice === undefined ? undefined : events.chooseCode?.(choice)
  // What the program works out may be a code that nobody chooses: a system's.
  if (found !== undefined) return allowed(events, found, isSystem(events, found) ? 'program' : by)
  const [only, ...others] = Object.keys(events.codes)
  if (only !== undefined && others.length === 0) return allowed(events, only, by)
  throw new EventError(
    'event_code_missing',
    `Nothing says which code of "${events.key}" is meant. Give one of ${selectable(events, by).join(', ')}.`,
  )
}

function allowed(events: AnyEvents, code: string, by: Chooser): ChosenCode {
  const attributes = Object.hasOwn(events.codes, code) ? events.codes[code] : undefined
  if (!attributes) {
    throw new EventError(
      'event_code_unknown',
      `"${events.key}" has no code "${code.slice(0, 80)}". Give one of ${selectable(events, by).join(', ')}.`,
    )
  }
  if (mayChoose(attributes, by)) return { code, attributes }
  const who = by === null ? 'an account without a role' : `the role ${by}`
  throw new EventError(
    'event_code_forbidden',
    attributes.type === 'system'
      ? `The code ${code} of "${events.key}" is written by the program and never chosen.`
      : `The code ${code} of "${events.key}" is not for ${who} to choose.`,
  )
}

/** Whether somebody may choose a code. No roles listed means anyone. */
export function mayChoose(
  { type, selectableBy }: Pick<EventCode, 'type' | 'selectableBy'>,
  by: Chooser,
): boolean {
  if (by === 'program') return true
  if (type === 'system') return false
  if (by === 'admin' || selectableBy.length === 0) return true
  return selectableBy.some((role) => role === by || (role === 'operator' && by === 'operator_manager'))
}

const isSystem = (events: AnyEvents, code: string) => events.codes[code]?.type === 'system'

const selectable = (events: AnyEvents, by: Chooser) =>
  Object.keys(events.codes).filter((code) => {
    const attributes = events.codes[code]
    return attributes !== undefined && mayChoose(attributes, by)
  })
