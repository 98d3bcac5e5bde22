// The connection's light at the top: a shape and a word. A loss is read out once, after it has lasted a while,
// and so is the recovery; a short break is nobody's business.

const words = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  out: 'Signed out',
}
const SPOKEN_AFTER = 3_000

const light = document.querySelector('[data-live-light]')
const announcer = document.getElementById('announcer')
let speaking = 0
let spoken = false

export function showLight(state) {
  if (!light || light.dataset.liveLight === state) return
  light.dataset.liveLight = state
  light.querySelector('.light-word').textContent = words[state] ?? ''
  clearTimeout(speaking)
  if (state === 'live') {
    if (spoken) announcer.textContent = 'Connected again. This page is up to date.'
    spoken = false
  } else if (state === 'reconnecting' || state === 'offline') {
    if (!spoken) speaking = setTimeout(speak, SPOKEN_AFTER)
  }
}

function speak() {
  spoken = true
  announcer.textContent =
    'The connection is lost. This page stands still until it is back; it tries by itself.'
}
