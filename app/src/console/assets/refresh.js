// A soft reload: what is live on this page is replaced by what the server would draw now. Scroll, focus and
// whatever is not live stay.

const LIVE = '[data-live], [data-live-topics], [data-live-new]'
let running = false

export async function refresh() {
  if (running) return
  running = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const element of outermost(document)) {
      const next = element.id && fresh.getElementById(element.id)
      if (next && next.outerHTML !== element.outerHTML)
        htmx.swap(element, next.outerHTML, { swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 0 })
    }
  } catch {
    // Not reachable now. The stream will say when it is.
  } finally {
    running = false
  }
}

const outermost = (root) =>
  [...root.querySelectorAll(LIVE)].filter((element) => !element.parentElement?.closest(LIVE))
