// A drop zone sends what is dropped or chosen at once, and shows the bytes that have gone.

import { bytes } from './format.js'

const zoneOf = (event) => event.target.closest?.('[data-drop]')

document.addEventListener('dragover', (event) => {
  const zone = zoneOf(event)
  if (!zone || !event.dataTransfer.types.includes('Files')) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'copy'
  zone.classList.add('is-over')
})

for (const type of ['dragleave', 'drop', 'dragend'])
  document.addEventListener(type, (event) => {
    const zone = zoneOf(event)
    if (zone && !(type === 'dragleave' && zone.contains(event.relatedTarget)))
      zone.classList.remove('is-over')
  })

document.addEventListener('drop', (event) => {
  const zone = zoneOf(event)
  const [file] = event.dataTransfer?.files ?? []
  if (!zone || !file) return
  event.preventDefault()
  if (zone.classList.contains('is-sending')) return
  const one = new DataTransfer()
  one.items.add(file)
  zone.querySelector('input[type=file]').files = one.files
  zone.requestSubmit()
})

document.addEventListener('change', (event) => {
  const zone = zoneOf(event)
  if (zone && event.target.type === 'file' && event.target.files.length > 0) zone.requestSubmit()
})

// A file that misses the zone must not replace the page.
for (const type of ['dragover', 'drop'])
  document.addEventListener(type, (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
  })

document.addEventListener('htmx:beforeRequest', ({ detail: { elt } }) => {
  if (!elt.matches('[data-drop]')) return
  elt.classList.add('is-sending')
  elt.querySelector('.drop-message').textContent = ''
  show(elt, 0, null)
})

document.addEventListener('htmx:xhr:progress', ({ target, detail: { loaded, total, lengthComputable } }) => {
  if (!target.matches?.('[data-drop].is-sending') || !lengthComputable) return
  show(target, loaded / total, `${bytes(loaded)} of ${bytes(total)}`)
})

document.addEventListener('htmx:afterRequest', ({ detail: { elt } }) => {
  if (!elt.matches('[data-drop]')) return
  elt.classList.remove('is-sending')
  elt.querySelector('.drop-progress').hidden = true
  elt.querySelector('.drop-sent').textContent = ''
  elt.reset()
})

function show(zone, part, text) {
  const bar = zone.querySelector('.drop-progress')
  bar.hidden = false
  bar.value = part
  zone.querySelector('.drop-sent').textContent = text ?? 'Sending'
}
