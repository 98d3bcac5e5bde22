// Passkeys: the browser asks the device, and the server checks what it says. Without this script, or in a browser
// that can't, the buttons stay hidden and a password does.

const able = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON)

for (const button of document.querySelectorAll('[data-passkey]')) {
  if (!able) continue
  button.hidden = false
  button.addEventListener('click', () => run(button))
}

async function run(button) {
  const message = button.closest('form').querySelector('[data-passkey-message]')
  message.hidden = true
  button.disabled = true
  try {
    await (button.dataset.passkey === 'sign-in' ? signIn(button) : register(button))
  } catch (error) {
    message.textContent = sentence(error)
    message.hidden = false
  } finally {
    button.disabled = false
  }
}

async function signIn(button) {
  const options = await post('/signin/passkey/options', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = await navigator.credentials.get({ publicKey })
  await post('/signin/passkey', { response: credential.toJSON() })
  location.assign(button.dataset.next)
}

async function register(button) {
  const name = button.closest('form').elements.namedItem('name').value
  const options = await post('/account/passkeys/options', {})
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = await navigator.credentials.create({ publicKey })
  await post('/account/passkeys', { name, response: credential.toJSON() })
  location.assign('/account')
}

async function post(path, body) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { 'x-csrf-token': token } : {}) },
    body: JSON.stringify(body),
  })
  const said = await answer.json()
  if (answer.ok) return said
  throw new Error(said.message)
}

function sentence(error) {
  if (error.name === 'NotAllowedError') return 'The device was not asked, or gave up. Try again.'
  if (error.name === 'InvalidStateError') return 'This device has a passkey for you already.'
  if (error.name === 'SecurityError')
    return `A passkey belongs to a name, not to ${location.hostname}. Open this page at http://localhost:${location.port} or at its public address.`
  return error.message
}
