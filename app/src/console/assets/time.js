// Times in the person's zone, and "4 min ago" kept true. The zone becomes a cookie, so that the server writes
// the next pages right by itself.

import { ago, clock, day, exact, hour, since, today } from './format.js'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const write = { ago: (at) => ago(at), since: (at) => since(at), clock, day, hour, today }
const YEAR = 365 * 24 * 60 * 60

if (document.documentElement.dataset.zone !== zone) {
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser that we serve
  document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=${YEAR}; SameSite=Lax`
  for (const element of document.querySelectorAll('time[data-time]')) {
    const at = new Date(element.dateTime)
    element.textContent = write[element.dataset.time](at, zone)
    element.title = exact(at, zone)
  }
  const named = document.querySelector('.top-zone')
  if (named) named.textContent = zone
}

function tick() {
  for (const element of document.querySelectorAll('time[data-time=ago], time[data-time=since]')) {
    const text =
      element.dataset.time === 'ago' ? ago(new Date(element.dateTime)) : since(new Date(element.dateTime))
    if (element.textContent !== text) element.textContent = text
  }
}

setInterval(() => {
  if (!document.hidden) tick()
}, 1_000)
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) tick()
})
