import { Type } from 'typebox'
import { errors } from '../../platform/errors/index.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { localPath } from '../local-path.ts'
import { isTheme, themeCookie, themes } from './theme.ts'

/** Keeps the chosen theme, for a browser without JavaScript. */
export function themeRoute(app: HttpServer): void {
  const body = Type.Object({ theme: Type.String(), back: Type.Optional(Type.String()) })
  app.post(
    '/theme',
    { config: { guard: guard.public }, schema: { body, hide: true } },
    async ({ body: { theme, back } }, reply) => {
      if (!isTheme(theme))
        throw errors.fail('invalid', {
          reason: `There is no theme "${theme}". Choose one of: ${themes.join(', ')}.`,
        })
      return reply.header('set-cookie', themeCookie(theme)).redirect(localPath(back), 303)
    },
  )
}
