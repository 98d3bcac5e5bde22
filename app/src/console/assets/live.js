// The page's ear. One stream of events; each wakes the elements that are about its subject, which then ask the
// server for their new HTML (htmx: hx-trigger="live"). Nothing is asked while nothing happens.
//
//   data-live="job:7 job:8"      wakes for these subjects
//   data-live-topics="jobs"      wakes for every event of these topics
//   data-live-new="jobs"         wakes for a subject of the topic that has no element on the page
//   data-live-every="1000"       at most once in so many ms; default 250

import { showLight } from './light.js'
import { refresh } from './refresh.js'
import { notify } from './swap.js'

const EVERY = 250
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000
// A browser opens six connections to a host: tabs that nobody sees give theirs back.
const HIDDEN_FOR = 30_000

const topics = document.body.dataset.topics
let stream = null
let cursor = document.body.dataset.cursor || null
let wait = FIRST_WAIT
let later = 0
let asleep = 0

function open() {
  clearTimeout(later)
  stream?.close()
  const query = new URLSearchParams({ topics })
  if (cursor) query.set('after', cursor)
  stream = new EventSource(`/live/events?${query}`)
  stream.addEventListener('open', () => {
    wait = FIRST_WAIT
    showLight('live')
  })
  stream.addEventListener('error', retry)
  stream.addEventListener('message', hear)
  stream.addEventListener('reset', reset)
}

/** The browser itself tries again after a broken connection, but not after an answer that was an error. */
async function retry({ target }) {
  showLight(navigator.onLine ? 'reconnecting' : 'offline')
  if (target.readyState !== EventSource.CLOSED) return
  clearTimeout(later)
  later = setTimeout(open, wait * (0.5 + Math.random()))
  wait = Math.min(LONGEST_WAIT, wait * 2)
  if ((await isSignedOut()) && stream === target) stop()
}

const isSignedOut = () =>
  fetch('/auth/user').then(
    ({ status }) => status === 401,
    () => false,
  )

/** What is on the page stays, until who signs in elsewhere comes back to it. */
function stop() {
  clearTimeout(later)
  stream = null
  showLight('out')
  const link = document.createElement('a')
  link.href = `/signin?next=${encodeURIComponent(location.pathname + location.search)}`
  link.textContent = 'Sign in'
  notify('You are signed out. This page stands still. ', link)
}

function hear(message) {
  if (message.lastEventId) cursor = message.lastEventId
  const { topic, subject } = JSON.parse(message.data)
  wake(`[data-live-topics~="${CSS.escape(topic)}"]`)
  if (!subject) return
  const about = wake(`[data-live~="${CSS.escape(subject)}"]`)
  if (about === 0) wake(`[data-live-new~="${CSS.escape(topic)}"]`)
}

/** What came between is not known any more. */
function reset(message) {
  if (message.lastEventId) cursor = message.lastEventId
  refresh()
}

function wake(selector) {
  const found = document.querySelectorAll(selector)
  for (const element of found) ring(element)
  return found.length
}

// By id, since a swap makes a new element of the same id.
const bells = new Map()

/** Fires at once, then at most once per interval, and always once more after the last event. */
function ring(element) {
  const key = element.id || element
  const bell = bells.get(key) ?? { timer: 0, last: 0, busy: false, again: false }
  bells.set(key, bell)
  if (bell.timer) return
  const every = Number(element.dataset.liveEvery) || EVERY
  bell.timer = setTimeout(() => fire(key, bell), Math.max(0, bell.last + every - performance.now()))
}

function fire(key, bell) {
  bell.timer = 0
  const element = typeof key === 'string' ? document.getElementById(key) : key
  if (!element?.isConnected) return void bells.delete(key)
  if (bell.busy) {
    bell.again = true
    return
  }
  // Someone is selecting text or typing in it: it waits until they have done.
  if (inUse(element)) {
    bell.timer = setTimeout(() => fire(key, bell), EVERY)
    return
  }
  bell.last = performance.now()
  element.dispatchEvent(new CustomEvent('live'))
}

function inUse(element) {
  const selection = getSelection()
  const selecting =
    selection &&
    !selection.isCollapsed &&
    selection.rangeCount > 0 &&
    selection.getRangeAt(0).intersectsNode(element)
  const typing =
    element.contains(document.activeElement) && document.activeElement.matches('input, select, textarea')
  return selecting || typing
}

// An event that comes while the answer to the one before is on its way must not be lost with the old element.
document.addEventListener('htmx:beforeRequest', ({ detail: { elt, xhr, requestConfig } }) => {
  const bell = bells.get(elt.id)
  if (!bell || requestConfig.triggeringEvent?.type !== 'live') return
  bell.busy = true
  xhr.addEventListener('loadend', () => {
    bell.busy = false
    const element = document.getElementById(elt.id)
    if (bell.again && element) ring(element)
    bell.again = false
  })
})

// What a button answers was drawn when it was pressed. News that came since may stand on the page already and would be
// overwritten for good: so it is asked for once more.
document.addEventListener('htmx:afterRequest', ({ detail: { requestConfig } }) => {
  const { verb, target } = requestConfig
  const element = verb === 'get' ? null : document.getElementById(target.id)
  if (element?.matches('[data-live]')) ring(element)
})

document.addEventListener('visibilitychange', () => {
  clearTimeout(asleep)
  if (document.hidden) {
    asleep = setTimeout(() => {
      stream?.close()
      stream = null
    }, HIDDEN_FOR)
  } else if (!stream) start()
})

addEventListener('offline', () => showLight('offline'))
addEventListener('online', () => {
  if (stream?.readyState === EventSource.OPEN) showLight('live')
  else start()
})
// A page from the back-forward cache is as old as when it was left, and its stream is gone.
addEventListener('pagehide', () => stream?.close())
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) start()
})

function start() {
  wait = FIRST_WAIT
  showLight('connecting')
  open()
}

if (topics) start()
else showLight('none')
