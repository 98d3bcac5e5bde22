// What htmx sends to change something carries the form token of this page's session, and a fresh one is kept: from
// an answer that refused the old one.

const meta = document.querySelector('meta[name="csrf-token"]')

document.addEventListener('htmx:configRequest', ({ detail }) => {
  if (meta && detail.verb !== 'get') detail.headers['X-CSRF-Token'] = meta.content
})

document.addEventListener('htmx:afterRequest', ({ detail: { xhr } }) => {
  const fresh = xhr.getResponseHeader('x-csrf-token')
  if (!meta || !fresh) return
  meta.content = fresh
  for (const field of document.querySelectorAll('input[name="_csrf"]')) field.value = fresh
})
