/** Headers of requests by who signed in: the session's cookie, and the token that its writes need. */
export type Session = Readonly<Record<'cookie' | 'x-csrf-token', string>>

/** Follows a link that signs somebody in. */
export async function followLink(link: string): Promise<Session> {
  const { status, headers } = await fetch(link, { redirect: 'manual' })
  const cookie = headers.getSetCookie()[0]?.split(';')[0]
  if (!cookie) throw new Error(`The link signed nobody in: it answered ${status}.`)
  const page = await fetch(new URL('/account', link), { headers: { cookie, accept: 'text/html' } })
  const token = /name="csrf-token" content="([^"]+)"/.exec(await page.text())?.[1]
  if (!token) throw new Error(`The page of the account has no form token: it answered ${page.status}.`)
  return { cookie, 'x-csrf-token': token }
}

/** The session as Chromium keeps it: `browser.newContext({ storageState })`. */
export function storageState({ cookie }: Session, url: string) {
  const [name = '', value = ''] = cookie.split('=')
  const { hostname: domain } = new URL(url)
  const kept = { name, value, domain, path: '/', expires: -1, httpOnly: true, secure: false }
  return { cookies: [{ ...kept, sameSite: 'Lax' as const }], origins: [] }
}
