import { type Variable, variables } from './variables.ts'

/** Who is told of what happens here: each null where nobody is. */
export interface Receivers {
  /** Gets what went wrong. */
  sentry: {
    dsn: string
    environment: string
    /** Of all errors, 0 to 1. */
    share: number
  } | null
  /** Gets traces. */
  otlp: {
    /** No slash at its end. */
    endpoint: string
    headers: Readonly<Record<string, string>>
    /** What this program is called there. */
    service: string
    /** Of all traces, 0 to 1. */
    share: number
  } | null
}

export function readReceivers(read: <T>(name: string, variable: Variable<T>) => T): Receivers {
  const dsn = read<string | null>('SENTRY_DSN', variables.SENTRY_DSN)
  const environment = read<string>('SENTRY_ENVIRONMENT', variables.SENTRY_ENVIRONMENT)
  const errors = read<number>('SENTRY_SAMPLE_RATE', variables.SENTRY_SAMPLE_RATE)
  const endpoint = read<string | null>('OTEL_EXPORTER_OTLP_ENDPOINT', variables.OTEL_EXPORTER_OTLP_ENDPOINT)
  const headers = read<readonly string[]>('OTEL_EXPORTER_OTLP_HEADERS', variables.OTEL_EXPORTER_OTLP_HEADERS)
  const service = read<string>('OTEL_SERVICE_NAME', variables.OTEL_SERVICE_NAME)
  const traces = read<number>('OTEL_TRACES_SAMPLER_ARG', variables.OTEL_TRACES_SAMPLER_ARG)
  return {
    sentry: dsn === null ? null : { dsn, environment, share: errors },
    otlp:
      endpoint === null
        ? null
        : { endpoint, headers: Object.fromEntries(pairs(headers)), service, share: traces },
  }
}

const pairs = (headers: readonly string[]) =>
  headers.map((header) => {
    const at = header.indexOf('=')
    return [header.slice(0, at), decodeURIComponent(header.slice(at + 1))] as const
  })
