import { Type } from 'typebox'
import { isRole } from '../../platform/accounts/roles.ts'
import type { NewKey } from '../../platform/keys/new-key.ts'
import type { Owner } from '../../platform/keys/owner.ts'

/** What the form sends. */
export const keyForm = Type.Object({
  name: Type.String(),
  /** One box that is ticked is a text, several are a list. */
  scopes: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  whose: Type.Optional(Type.String()),
  days: Type.String(),
  hourly_limit: Type.String(),
  daily_limit: Type.String(),
})

export interface KeyFields {
  name: string
  scopes: string[]
  /** `own`, `role:operator` for an account that is made, or `account:` and an id. */
  whose: string
  /** Empty: it does not expire. */
  days: string
  hourly_limit: string
  daily_limit: string
}

export const emptyFields: KeyFields = {
  name: '',
  scopes: [],
  whose: 'own',
  days: '365',
  hourly_limit: '',
  daily_limit: '',
}

export const fieldsOf = (sent: Type.Static<typeof keyForm>): KeyFields => ({
  ...sent,
  scopes: [sent.scopes ?? []].flat(),
  whose: sent.whose ?? 'own',
})

/** What the fields ask for, by the account with this id. What is no number is refused as one. */
export const askedFor = (fields: KeyFields, own: string, now: Date): NewKey => ({
  name: fields.name,
  scopes: fields.scopes,
  owner: ownerOf(fields.whose, own),
  expiresAt: fields.days === '' ? null : new Date(now.getTime() + Number(fields.days) * 86_400_000),
  hourlyLimit: numberOrNull(fields.hourly_limit),
  dailyLimit: numberOrNull(fields.daily_limit),
})

function ownerOf(whose: string, own: string): Owner {
  const [kind, rest = ''] = whose.split(':', 2)
  if (kind === 'role' && isRole(rest)) return { role: rest }
  return { accountId: kind === 'account' ? rest : own }
}

const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text))
