import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, RawServerDefault } from 'fastify'
import type { Logger } from 'pino'
import type { Context } from '../context.ts'

export { causeOf } from './cause.ts'
export { tokenField } from './csrf.ts'
export { type ErrorPage, setErrorPage, wantsPage } from './error-replies.ts'
export { type Guard, guard, judge } from './guard.ts'
export { hostName, isOwnHost } from './protection.ts'
export { uploadBytes } from './upload.ts'

/** The server to which features add their routes: TypeBox schemas are types, checks and OpenAPI at once. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  Logger,
  TypeBoxTypeProvider
>

/** What `routes.ts` of a feature exports. */
export type Routes = (app: HttpServer, context: Context) => void | Promise<void>
