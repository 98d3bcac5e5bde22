import type { UserWebhookEvent, WebhookEvent } from '@clerk/backend/webhooks'
import { and, eq } from 'drizzle-orm'
import { deletedAt } from '../accounts/deleted-credential.ts'
import { lockPeople } from '../accounts/first-administrator.ts'
import { credentials } from '../accounts/schema.ts'
import type { Providers } from '../config/providers.ts'
import { errors } from '../errors/index.ts'
import { guard, type HttpServer } from '../http/index.ts'
import { providerEvents } from './events.ts'
import { type MeetParts, meet } from './meet.ts'
import { verifiedEmail } from './shown.ts'

/**
 * What Clerk tells of its users: who is new is known here from then on, with their email, and who is gone there comes
 * in by Clerk no more. Repeats and what comes late change nothing.
 */
export async function clerkWebhook(
  app: HttpServer,
  parts: MeetParts,
  { clerkWebhookSecret: secret }: Pick<Providers, 'clerkWebhookSecret'>,
): Promise<void> {
  await app.register(async (scope: HttpServer) => {
    // The signature is over the bytes as they came.
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      async (_: unknown, text: string) => text,
    )
    scope.post(
      '/webhooks/clerk',
      { config: { guard: guard.public, uncounted: true }, schema: { hide: true } },
      async ({ body, headers, id }) => {
        if (secret === null) throw errors.fail('not_found', { path: '/webhooks/clerk' })
        const event = await verified(String(body ?? ''), headers, secret)
        await follow(parts, event, id)
        return { status: 'ok' }
      },
    )
  })
}

/** @throws HttpError webhook_refused */
async function verified(
  body: string,
  headers: Record<string, string | string[] | undefined>,
  secret: string,
): Promise<WebhookEvent> {
  const { verifyWebhook } = await import('@clerk/backend/webhooks')
  const signed = ['svix-id', 'svix-timestamp', 'svix-signature'].flatMap((name): [string, string][] => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
  const request = new Request('http://localhost/webhooks/clerk', { method: 'POST', body, headers: signed })
  return verifyWebhook(request, { signingSecret: secret }).catch(() => {
    throw errors.fail('webhook_refused')
  })
}

async function follow(parts: MeetParts, event: WebhookEvent, requestId: string): Promise<void> {
  if (event.type === 'user.created' || event.type === 'user.updated') {
    await meet(parts, shownBy(event.data), { came: false, requestId })
  } else if (event.type === 'user.deleted' && event.data.id) {
    await forget(parts, event.data.id, requestId)
  }
}

type User = Extract<UserWebhookEvent, { type: 'user.created' | 'user.updated' }>['data']

const shownBy = ({ id, first_name, last_name, primary_email_address_id, email_addresses }: User) => {
  const primary = email_addresses.find((each) => each.id === primary_email_address_id)
  return {
    provider: 'clerk',
    subject: id,
    email: verifiedEmail(primary?.email_address, primary?.verification?.status === 'verified'),
    name: [first_name, last_name].filter(Boolean).join(' ') || null,
  }
}

/** The account stays, for what it did; Clerk's tokens for it lead nowhere. */
async function forget({ database, events }: MeetParts, subject: string, requestId: string): Promise<void> {
  await database.transaction(async (tx) => {
    // Whom a first request makes known at this moment is waited for.
    await lockPeople(tx)
    const [gone] = await tx.db
      .update(credentials)
      .set({ providerId: deletedAt('clerk'), updatedAt: new Date() })
      .where(and(eq(credentials.providerId, 'clerk'), eq(credentials.accountId, subject)))
      .returning({ accountId: credentials.userId })
    if (!gone) return
    const cause = { createdBy: null, correlationId: requestId, context: { provider: 'clerk' } }
    const account = { kind: 'account', id: gone.accountId }
    await events.process(tx.client, account, providerEvents, { ...cause, code: 'UNLINKED' })
  })
}
