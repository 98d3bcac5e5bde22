// What a person has made of a piece of the page outlives its replacement: opened details, scrolled boxes. What
// is new in it is shown once: rows glow, numbers roll. (htmx keeps the focus of elements with an id.)

const ROLL = 150
const calm = matchMedia('(prefers-reduced-motion: reduce)')

document.addEventListener('htmx:configRequest', ({ detail }) => {
  // Errors are then answered as a notice, not as JSON.
  detail.headers.Accept = 'text/html'
})

document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  const { xhr, requestConfig, target } = detail
  const quiet = requestConfig.triggeringEvent?.type === 'live'
  if (quiet && xhr.status < 400) before.set(xhr, remember(target))
  // A row that could not be read now is better old than replaced by an error.
  if (quiet && xhr.status >= 400) detail.shouldSwap = false
  if (!quiet && xhr.status >= 400 && !isOurs(xhr)) {
    detail.shouldSwap = false
    notify(`The server answered with an error (${xhr.status}). Try again in a moment.`)
  }
})

/** A refusal that the route itself answers, or our error door's notice; a proxy's error page is neither. */
const isOurs = (xhr) => [409, 413, 415, 422].includes(xhr.status) || xhr.getResponseHeader('hx-retarget')

const before = new WeakMap()

document.addEventListener('htmx:afterSwap', ({ detail }) => {
  const memory = before.get(detail.xhr)
  if (memory) restore(memory, document.getElementById(memory.id) ?? detail.elt)
})

document.addEventListener('htmx:sendError', ({ detail }) => {
  if (detail.requestConfig.triggeringEvent?.type === 'live') return
  notify(
    'The server could not be reached. Nothing was changed. Try again when the light at the top says Live.',
  )
})

function remember(target) {
  const all = (selector) => [...target.querySelectorAll(selector)].filter((element) => element.id)
  return {
    id: target.id,
    open: all('details[open]').map((element) => element.id),
    scrolled: all('[data-keep-scroll]').map((element) => ({
      id: element.id,
      top: element.scrollTop,
      left: element.scrollLeft,
      atEnd: element.scrollTop + element.clientHeight >= element.scrollHeight - 4,
    })),
    rows: new Set(all('tr').map((element) => element.id)),
    numbers: new Map(all('[data-roll]').map((element) => [element.id, Number(element.dataset.roll)])),
  }
}

function restore({ open, scrolled, rows, numbers }, root) {
  for (const id of open) document.getElementById(id)?.setAttribute('open', '')
  for (const { id, top, left, atEnd } of scrolled) scrollTo(document.getElementById(id), top, left, atEnd)
  if (root?.tagName !== 'TR')
    for (const row of root?.querySelectorAll('tr[id]') ?? [])
      if (!rows.has(row.id)) row.classList.add('is-new')
  for (const [id, value] of numbers) roll(document.getElementById(id), value)
}

/** A log that stood at its end goes on with it. */
function scrollTo(element, top, left, atEnd) {
  if (!element) return
  element.scrollLeft = left
  element.scrollTop = atEnd && element.dataset.keepScroll === 'end' ? element.scrollHeight : top
}

function roll(element, from) {
  const to = Number(element?.dataset.roll)
  if (!element || from === to || calm.matches) return
  const text = element.textContent
  const format = new Intl.NumberFormat(navigator.language)
  const start = performance.now()
  requestAnimationFrame(function step(now) {
    const part = Math.min(1, (now - start) / ROLL)
    element.textContent = part === 1 ? text : format.format(Math.round(from + (to - from) * part))
    if (part < 1) requestAnimationFrame(step)
  })
}

/** Says what went wrong, above the page. */
export function notify(...said) {
  const notice = document.createElement('div')
  notice.className = 'notice notice-bad'
  notice.setAttribute('role', 'alert')
  notice.append(...said)
  document.getElementById('notices')?.replaceChildren(notice)
}
