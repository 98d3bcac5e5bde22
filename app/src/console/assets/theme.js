// The theme without a new page. The form works without this.

const YEAR = 365 * 24 * 60 * 60
const form = document.querySelector('[data-theme-switch]')

form?.addEventListener('submit', (event) => {
  const theme = event.submitter?.value
  if (!theme) return
  event.preventDefault()
  document.documentElement.dataset.theme = theme
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser that we serve
  document.cookie = `theme=${theme}; Path=/; Max-Age=${theme === 'auto' ? 0 : YEAR}; SameSite=Lax`
  for (const button of form.querySelectorAll('button'))
    button.setAttribute('aria-pressed', button.value === theme)
})
