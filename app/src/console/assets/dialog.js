// A dialog that was answered into the page opens over it, and is gone when closed.

document.addEventListener('htmx:afterSwap', () => {
  const dialog = document.querySelector('#dialog [data-dialog]:not([open])')
  if (!dialog) return
  dialog.showModal()
  dialog.addEventListener('close', () => dialog.remove(), { once: true })
  // A click beside it closes it.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
})
