import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { orForm } from '../accounts/form-answer.tsx'
import { type FormRefusal, known } from '../accounts/visitor.ts'
import { ButtonLink } from '../components/index.ts'
import { sendPage } from '../page.tsx'
import { personOf } from '../person.ts'
import { askedFor, emptyFields, fieldsOf, type KeyFields, keyForm } from './form.ts'
import { KeyForm } from './key-form.tsx'
import { KeyList } from './key-list.tsx'
import { KeyMade, KeyPage } from './key-page.tsx'

const frame = { active: '/keys', topics: [] }

/** Keys of programs, for people. */
export function keysPages(app: HttpServer, { keys, people }: Accounts): void {
  const own = { config: { guard: guard.may('keys.own') } }
  const hide = true

  app.get('/keys', { ...forPages, ...own }, async (request, reply) => {
    const all = personOf(request).may('keys.all')
    return sendPage(request, reply, {
      ...frame,
      title: 'Keys',
      action: (
        <ButtonLink tone="main" href="/keys/new">
          Make a key
        </ButtonLink>
      ),
      body: <KeyList keys={await keys.list(known(request.asker))} all={all} />,
    })
  })

  app.get('/keys/new', { ...own, schema: { hide } }, async (request, reply) =>
    sendForm(request, reply, emptyFields),
  )

  app.post('/keys/new', { ...own, schema: { hide, body: keyForm } }, async (request, reply) => {
    const by = known(request.asker)
    const fields = fieldsOf(request.body)
    const result = await orForm(
      reply,
      () => keys.make(askedFor(fields, by.account.id, new Date()), { by, requestId: request.id }),
      (refusal, status) => sendForm(request, reply, fields, refusal, status),
    )
    if ('answer' in result) return reply
    const { made, key } = result.done
    const body = <KeyMade of={made} secret={key} origin={originOf(request)} />
    return sendPage(request, reply, { ...frame, title: made.name, body })
  })

  const one = { ...forPages, ...own, schema: { hide, params: Type.Object({ id: Type.String() }) } }
  app.get('/keys/:id', one, async (request, reply) => {
    const key = await keys.one(request.params.id, known(request.asker))
    const body = <KeyPage of={key} origin={originOf(request)} />
    return sendPage(request, reply, { ...frame, title: key.name, body })
  })

  app.post('/keys/:id/revoke', one, async (request, reply) => {
    const { id } = request.params
    await keys.revoke(id, { by: known(request.asker), requestId: request.id })
    return reply.redirect(`/keys/${id}`, 303)
  })

  async function sendForm(
    request: FastifyRequest,
    reply: FastifyReply,
    fields: KeyFields,
    refusal?: FormRefusal,
    status = 200,
  ) {
    const asker = known(request.asker)
    const everybody = personOf(request).may('keys.all') ? await people.list() : []
    const programs = everybody.filter(({ service, status }) => service && status === 'active')
    const props = { asker, programs, fields, ...(refusal ? { refusal } : {}) }
    return sendPage(request, reply, { ...frame, title: 'Make a key', status, body: <KeyForm {...props} /> })
  }
}

const originOf = ({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>) => `${protocol}://${host}`
