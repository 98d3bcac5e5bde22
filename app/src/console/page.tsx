import type { IncomingMessage } from 'node:http'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Topic } from '../live/index.ts'
import type { Console } from './console.ts'
import { Document } from './layout/document.tsx'
import { themeOf } from './layout/theme.ts'
import { pageCursor } from './page-cursor.ts'
import { type Person, PersonProvider, type PersonRequest, personOf } from './person.ts'

export interface Page {
  /** The heading, and the tab's title. */
  title: string
  /** `href` of the navigation entry that is marked; `''` for none. */
  active: string
  /** The page's one action, at the top right. */
  action?: VNode
  body: VNode
  /** Default 200. */
  status?: number
  /** What the page listens to; default jobs and files. */
  topics?: Topic[]
  /** Scripts of `assets/` that this page alone needs. */
  modules?: string[]
}

/** The little of a request and a reply that rendering needs, whatever their schema. */
export interface PageRequest extends PersonRequest {
  url: string
  raw: IncomingMessage
  server: PersonRequest['server'] & { console: Console }
}
export interface PageReply {
  code(status: number): unknown
  header(name: string, value: string): unknown
  type(contentType: string): unknown
  send(payload: never): unknown
  request: PersonRequest
}

/** Answers a whole page in the console's frame. */
export async function sendPage<Reply extends PageReply>(
  request: PageRequest,
  reply: Reply,
  page: Page,
): Promise<Reply> {
  return sendHtml(reply, await renderPage(request, page), page.status ?? 200)
}

/** The page as HTML text, for who sends it himself. */
export async function renderPage(request: PageRequest, page: Page): Promise<string> {
  const { console } = request.server
  const person = personOf(request)
  const document = (
    <Document
      page={page}
      path={request.url}
      theme={themeOf(request.headers.cookie)}
      navigation={request.asker ? await console.navigation(person.may) : []}
      asker={request.asker}
      assets={console.assets}
      cursor={pageCursor(request.raw)}
    />
  )
  return `<!doctype html>${render(document, person)}`
}

/** Answers a piece of a page: a row, a panel, the content of a dialog. */
export function sendFragment<Reply extends PageReply>(reply: Reply, node: VNode, status = 200): Reply {
  return sendHtml(reply, render(node, personOf(reply.request)), status)
}

/** A piece of a page as HTML text. For `anyone` it can be kept. */
export const render = (node: VNode, person: Person) =>
  renderToString(<PersonProvider value={person}>{node}</PersonProvider>)

function sendHtml<Reply extends PageReply>(reply: Reply, html: string, status: number): Reply {
  reply.code(status)
  reply.type('text/html; charset=utf-8')
  // Pages show what is now: a stored copy would be shown by the back button, without its events.
  reply.header('cache-control', 'no-store')
  reply.header('vary', 'accept, accept-language, cookie, hx-request')
  // The reply of a route with a schema accepts that schema only; text passes by the serializer.
  reply.send(html as never)
  return reply
}
