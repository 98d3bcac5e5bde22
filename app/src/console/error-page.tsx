import type { FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import type { HttpError } from '../platform/errors/index.ts'
import type { ErrorPage } from '../platform/http/index.ts'
import { ButtonLink, Notice, Time } from './components/index.ts'
import { sendFragment, sendPage } from './page.tsx'
import { personOf } from './person.ts'
import { RepeatForm } from './repeat-form.tsx'

/** What the kinds of refusal are called, for people. */
const titles: Record<number, string> = {
  400: "This can't be read",
  401: 'You are signed out',
  403: 'This is not allowed',
  404: 'There is nothing here',
  409: "This can't be done now",
  413: 'This is too large',
  415: 'This kind is not accepted',
  421: 'Not under this name',
  422: 'Something is not right',
  429: 'Too many for now',
  503: 'Not available now',
  507: 'The disk is full',
}

/** Where the kind alone would say too little. */
const titlesByCode: Record<string, string> = {
  csrf: 'Please send this again',
  maintenance: 'Back in a few minutes',
}

/** An error as a browser sees it: a page, or a notice where only a piece of a page was asked for. */
export const errorPage: ErrorPage = async (request, reply, error) => {
  const { status, code } = error
  const other = status >= 500 ? 'Something went wrong' : "This can't be done"
  const title = titlesByCode[code] ?? titles[status] ?? other
  if (request.headers['hx-request'] === 'true') {
    reply.header('hx-retarget', '#notices').header('hx-reswap', 'innerHTML')
    // The page takes it for what it sends next.
    const { formToken } = personOf(request)
    if (code === 'csrf' && formToken) reply.header('x-csrf-token', formToken)
    return sendFragment(reply, <ErrorNotice title={title} error={error} request={request} />, status)
  }
  return sendPage(request, reply, {
    title,
    active: '',
    status,
    topics: [],
    body: <Explanation error={error} request={request} />,
  })
}

interface ErrorProps {
  error: HttpError
  request: FastifyRequest
}

function ErrorNotice({ title, error, request }: ErrorProps & { title: string }): VNode {
  const { code, message } = error
  return (
    <Notice tone="bad" title={`${title}.`} role="alert">
      {message} <GoOnAt error={error} />
      {code === 'unauthenticated' ? <a href={signInAddress(request)}>Sign in</a> : null}
    </Notice>
  )
}

/** Of a limit: when its wait is over. */
function GoOnAt({ error: { status, fields } }: Pick<ErrorProps, 'error'>): VNode | null {
  const seconds = fields.retry_after
  if (status !== 429 || typeof seconds !== 'number') return null
  const at = new Date(Date.now() + seconds * 1_000)
  return (
    <>
      That is at <Time at={at} as={seconds < 43_200 ? 'clock' : 'day'} />.
    </>
  )
}

/** Back to the page around the piece. */
function signInAddress({ headers }: FastifyRequest): string {
  const page = String(headers['hx-current-url'])
  const next = URL.canParse(page) ? new URL(page).pathname + new URL(page).search : '/'
  return `/signin?next=${encodeURIComponent(next)}`
}

function Explanation({ error, request }: ErrorProps): VNode {
  const { status, code, message } = error
  return (
    <div class="error-page">
      <p class="error-message">
        {message} <GoOnAt error={error} />
      </p>
      {code === 'csrf' ? <RepeatForm request={request} /> : null}
      {status >= 500 && code !== 'maintenance' ? (
        <p>Nothing was lost by looking: try again in a moment.</p>
      ) : null}
      <p class="error-code">
        {status} {code} · request <span class="id">{request.id}</span>
      </p>
      {status === 503 ? (
        <ButtonLink tone="main" href="/status">
          See how it is
        </ButtonLink>
      ) : (
        <ButtonLink tone={code === 'csrf' ? 'plain' : 'main'} href="/">
          Go to the overview
        </ButtonLink>
      )}
    </div>
  )
}
