// A message with remove-me="6s" goes away by itself, but not while someone points at it or has the focus in it.

const again = 1_000

document.addEventListener('htmx:afterSettle', () => {
  for (const message of document.querySelectorAll('[remove-me]:not([data-leaving])')) {
    message.dataset.leaving = ''
    setTimeout(leave, Number.parseFloat(message.getAttribute('remove-me')) * 1_000, message)
  }
})

function leave(message) {
  if (message.matches(':hover, :focus-within')) setTimeout(leave, again, message)
  else message.remove()
}
