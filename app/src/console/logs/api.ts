import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { logFolder } from '../../platform/logging/index.ts'
import type { LogLine } from '../../platform/logging/line.ts'
import { levels } from '../../platform/logging/names.ts'
import { readLog } from '../../platform/logging/read.ts'
import { orNull, refusedBody, time } from '../jobs/schemas.ts'
import { beforeOf, cursorText, filterOf, narrowingFields, narrowingOf } from './filter.ts'

const text = Type.String()

const lineBody = Type.Object({
  at: time,
  level: Type.String({ enum: [...levels] }),
  message: text,
  program: text,
  request: orNull(text),
  job: orNull(text),
  correlation: orNull(Type.String({ description: 'The request from which it all came.' })),
  error: orNull(Type.String({ description: 'With its stack.' })),
  fields: Type.Record(text, Type.Unknown()),
})

/** The log for programs. */
export function logsApi(app: HttpServer, { config }: Context): void {
  const folder = logFolder(config.home)
  const narrowing = Object.fromEntries(narrowingFields.map((field) => [field, Type.Optional(text)]))
  const querystring = Type.Object(
    {
      ...narrowing,
      before: Type.Optional(text),
      limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
    },
    { additionalProperties: false },
  )
  app.get(
    '/logs',
    {
      config: { guard: guard.may('logs.read') },
      schema: {
        tags: ['logs'],
        summary: "The lines of this machine's log, newest first",
        querystring,
        response: {
          200: Type.Object({
            lines: Type.Array(lineBody),
            next: orNull(Type.String({ description: 'Give it as "before".' })),
            looked_back_to: orNull(
              Type.String({
                format: 'date-time',
                description: 'Set where it stopped looking here, before it had as many as asked for.',
              }),
            ),
          }),
          422: refusedBody,
        },
      },
    },
    async ({ query }) => {
      const { lines, next, lookedBackTo } = await readLog(folder, {
        ...filterOf(narrowingOf(query)),
        before: beforeOf(query.before),
        limit: query.limit,
      })
      return {
        lines: lines.map(bodyOf),
        next: next && cursorText(next),
        looked_back_to: lookedBackTo?.toISOString() ?? null,
      }
    },
  )
}

const bodyOf = ({ place, at, ...line }: LogLine) => ({ at: at.toISOString(), ...line })
