import { Type } from 'typebox'

const value = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())])

export const settingsList = Type.Array(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    config_name: Type.String(),
    description: Type.String(),
    type: Type.Union([
      Type.Literal('string'),
      Type.Literal('number'),
      Type.Literal('boolean'),
      Type.Literal('list'),
    ]),
    value,
    choices: Type.Optional(Type.Array(Type.String())),
  }),
)

/** What else an entry of `GET /settings` holds may stand in it, so that one can send back what one got. */
export const settingsChange = Type.Array(
  Type.Object({ config_name: Type.String(), value: Type.Unknown() }, { additionalProperties: true }),
  { minItems: 1, maxItems: 500 },
)

export const settingsSaved = Type.Object({
  status: Type.Literal('success'),
  redirect: Type.Literal('/settings'),
})
