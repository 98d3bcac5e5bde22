import type { VNode } from 'preact'
import type { ErrorPage } from '../platform/http/index.ts'
import { ButtonLink, Notice } from './components/index.ts'
import { sendFragment, sendPage } from './page.tsx'

/** What the kinds of refusal are called, for people. */
const titles: Record<number, string> = {
  400: "This can't be read",
  401: 'Please sign in',
  403: 'This is not allowed',
  404: 'There is nothing here',
  409: "This can't be done now",
  413: 'This is too large',
  415: 'This kind is not accepted',
  421: 'Not under this name',
  422: 'Something is not right',
  429: 'Too many at once',
  503: 'Not available now',
  507: 'The disk is full',
}

/** An error as a browser sees it: a page, or a notice where only a piece of a page was asked for. */
export const errorPage: ErrorPage = async (request, reply, { status, code, message }) => {
  const title = titles[status] ?? (status >= 500 ? 'Something went wrong' : "This can't be done")
  if (request.headers['hx-request'] === 'true') {
    reply.header('hx-retarget', '#notices').header('hx-reswap', 'innerHTML')
    return sendFragment(
      reply,
      <Notice tone="bad" title={`${title}.`} role="alert">
        {message}
      </Notice>,
      status,
    )
  }
  return sendPage(request, reply, {
    title,
    active: '',
    status,
    topics: [],
    body: <Explanation status={status} code={code} message={message} id={request.id} />,
  })
}

interface ExplanationProps {
  status: number
  code: string
  message: string
  id: string
}

function Explanation({ status, code, message, id }: ExplanationProps): VNode {
  return (
    <div class="error-page">
      <p class="error-message">{message}</p>
      {status >= 500 ? <p>Nothing was lost by looking: try again in a moment.</p> : null}
      <p class="error-code">
        {status} {code} · request <span class="id">{id}</span>
      </p>
      <ButtonLink tone="main" href="/">
        Go to the overview
      </ButtonLink>
    </div>
  )
}
