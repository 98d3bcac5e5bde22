import type { Receiver } from './receiver.ts'

/** A span as OTLP has it in JSON. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code?: number; message?: string }
  attributes: { key: string; value: Record<string, unknown> }[]
}

/** The spans that a receiver was sent for a request and for all that came of it. */
export const spansOf = ({ received }: Receiver, request: string): Span[] =>
  received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => JSON.parse(body).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((scope: { spans: Span[] }) => scope.spans)
    .filter((span) => attribute(span, 'factotum.request_id') === request)

export const attribute = ({ attributes }: Span, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]
