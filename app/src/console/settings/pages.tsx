import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { causeOf, guard, type HttpServer } from '../../platform/http/index.ts'
import { SettingsConflict, SettingsInvalid, type SettingValue } from '../../platform/settings/index.ts'
import { forPages } from '../accept.ts'
import { Notice } from '../components/index.ts'
import { sendPage } from '../page.tsx'
import { CachePanel } from './cache-panel.tsx'
import { changesIn, type Fields } from './form.ts'
import { SettingsForm, type SettingsFormProps } from './settings-form.tsx'

/** The settings for people. */
export function settingsPages(app: HttpServer, { settings, cache }: Context): void {
  const read = { config: { guard: guard.may('settings.read') } }
  const edit = { config: { guard: guard.may('settings.edit'), uncounted: true } }

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Pick<SettingsFormProps, 'notice' | 'typed' | 'wrong'> = {},
    status = 200,
  ) => {
    const [states, problems] = await Promise.all([settings.latest(), settings.problems()])
    const body = (
      <>
        <SettingsForm states={states} problems={problems} {...more} />
        <CachePanel figures={cache.figures()} />
      </>
    )
    return sendPage(request, reply, { title: 'Settings', active: '/settings', topics: [], status, body })
  }

  app.get<{ Querystring: { saved?: string } }>(
    '/settings',
    { ...forPages, ...read },
    async (request, reply) =>
      answer(request, reply, request.query.saved === undefined ? {} : { notice: <Saved /> }),
  )

  const body = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]))
  app.post<{ Body: Fields }>(
    '/settings',
    { ...forPages, ...edit, schema: { body, hide: true } },
    async (request, reply) => {
      const typed = request.body
      const { createdBy: accountId, correlationId } = causeOf(request)
      try {
        await settings.change(changesIn(typed, settings.all()), { accountId, correlationId })
      } catch (error) {
        const wrong = wrongIn(error)
        const more = { typed, wrong, notice: <NotSaved count={wrong.size} /> }
        return answer(request, reply, more, error instanceof SettingsConflict ? 409 : 422)
      }
      return reply.redirect('/settings?saved', 303)
    },
  )
}

/** What to say beside each field; errors of another kind are thrown on. */
function wrongIn(error: unknown): Map<string, string> {
  if (error instanceof SettingsInvalid)
    return new Map(error.wrong.map(({ configName, reason }) => [configName, `This ${reason}.`]))
  if (error instanceof SettingsConflict)
    return new Map(error.conflicts.map(({ configName, now }) => [configName, changedMeanwhile(now)]))
  throw error
}

function changedMeanwhile(now: SettingValue): string {
  const text = [now].flat().join(', ')
  const what = text === '' ? 'emptied this' : `set this to "${text}"`
  return `Somebody else ${what} meanwhile. Save again to have yours, or type theirs to keep it.`
}

const Saved = () => (
  <Notice tone="good" title="Saved." role="status">
    It is in force in every process within two seconds.
  </Notice>
)

const NotSaved = ({ count }: { count: number }) => (
  <Notice tone="bad" title="Nothing was saved." role="alert">
    {count === 1 ? 'One setting needs' : `${count} settings need`} another look: below it says why.
  </Notice>
)
