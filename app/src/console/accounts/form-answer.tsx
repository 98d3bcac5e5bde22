import type { FastifyReply } from 'fastify'
import type { VNode } from 'preact'
import { HttpError } from '../../platform/errors/index.ts'
import { Notice } from '../components/index.ts'
import { type FormRefusal, shown } from './visitor.ts'

/**
 * Does what a form asks. A refusal that people can mend is answered by the form again, with the status of the
 * refusal; all others are thrown on.
 */
export async function orForm<T>(
  reply: FastifyReply,
  work: () => Promise<T>,
  form: (refusal: FormRefusal, status: number) => Promise<unknown>,
): Promise<{ done: T } | { answer: unknown }> {
  try {
    return { done: await work() }
  } catch (error) {
    if (!(error instanceof HttpError) || error.status >= 500) throw error
    const wait = error.fields.retry_after
    if (typeof wait === 'number') reply.header('retry-after', wait)
    return { answer: await form(shown(error), error.status) }
  }
}

/** Why a form was not taken. */
export const Refused = ({ refusal }: { refusal: FormRefusal | undefined }): VNode | null =>
  refusal ? (
    <Notice tone="bad" title="That was not taken." role="alert">
      {refusal.message}
    </Notice>
  ) : null
