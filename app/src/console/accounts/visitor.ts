import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Asker } from '../../platform/accounts/asker.ts'
import type { Visitor } from '../../platform/accounts/visitor.ts'
import type { HttpError } from '../../platform/errors/index.ts'

export const visitorOf = ({ headers, ip, id }: Pick<FastifyRequest, 'headers' | 'ip' | 'id'>): Visitor => ({
  headers,
  address: ip,
  requestId: id,
})

/** The guard let them in, so they are known. */
export function known(asker: Asker | null): Asker {
  if (!asker) throw new Error('The guard let nobody in.')
  return asker
}

/** Tells the browser what to keep. */
export function setCookies(reply: Pick<FastifyReply, 'header'>, cookies: string[]): void {
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

/** What a form says above itself about a refusal, and beside which field. */
export interface FormRefusal {
  message: string
  fields: Record<string, string>
}

/** A refusal as its form shows it; anything else is thrown on. */
export function shown(error: HttpError): FormRefusal {
  const fields: Record<string, string> = {}
  const { details } = error.fields
  if (Array.isArray(details))
    for (const detail of details)
      if (detail && typeof detail === 'object' && !Array.isArray(detail))
        fields[String(detail.field)] = String(detail.message)
  return { message: error.message, fields }
}
