import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import type { Logger } from 'pino'
import type { Identify } from '../accounts/asker.ts'
import type { Config } from '../config/index.ts'
import { readBodies } from './bodies.ts'
import { demandFormTokens } from './csrf.ts'
import { type ReportError, replyToErrors, replyToUnreadable } from './error-replies.ts'
import { guardRoutes } from './guarding.ts'
import type { HttpServer } from './index.ts'
import { holdForMaintenance } from './maintenance.ts'
import { describeApi } from './openapi.ts'
import { type OwnNames, refuseForeignHosts, refuseForeignPages } from './protection.ts'
import { compressReplies, setSecurityHeaders } from './replies.ts'
import { followRequests, namesItsRequest, RequestLog, requestId } from './requests.ts'

export interface HttpOptions {
  config: OwnNames & Pick<Config, 'maxUploadBytes' | 'version'> & Partial<Pick<Config, 'trustedProxies'>>
  log: Logger
  /** Who makes a request. */
  identify: Identify
  /** What form tokens are made with: the same in all processes, and known to nobody else. */
  secretKey: string
  /** Whether everybody but administrators is to come later; default never. */
  maintenance?: () => boolean
  /** Adds hooks that stand before all others: figures and traces take in the whole of a request. */
  watch?: (app: HttpServer) => void
  /** Told of each error that is answered with 500. */
  report?: ReportError
}

/** The server with all that every route has; it doesn't listen yet. */
export async function createHttp(options: HttpOptions): Promise<HttpServer> {
  const { config, log, identify, secretKey, maintenance = () => false, watch, report } = options
  const app: HttpServer = fastify({
    loggerInstance: log,
    logController: new RequestLog({ requestIdLogLabel: 'request' }),
    childLoggerFactory: (parent, bindings, options) => namesItsRequest(parent.child(bindings, options)),
    genReqId: requestId,
    requestIdHeader: false,
    // Whose `X-Forwarded-For` says where a request came from.
    trustProxy: [...(config.trustedProxies ?? [])],
    // The longest name of a schedule, escaped, is longer than the router's 100.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    // A field that the schema doesn't know is refused, not silently dropped.
    ajv: { customOptions: { removeAdditional: false } },
    frameworkErrors: replyToUnreadable,
  }).withTypeProvider<TypeBoxTypeProvider>()
  watch?.(app)
  followRequests(app)
  replyToErrors(app, report)
  refuseForeignHosts(app, config)
  await setSecurityHeaders(app, config)
  await compressReplies(app)
  await readBodies(app, config.maxUploadBytes)
  await describeApi(app, config.version)
  holdForMaintenance(app, maintenance)
  guardRoutes(app, identify)
  refuseForeignPages(app)
  demandFormTokens(app, secretKey)
  return app
}
