import { createPublicKey } from 'node:crypto'

/** A public key as PEM; line ends may be written as \n, as environments like it. */
export function publicKey(text: string): string {
  const pem = text.replaceAll('\\n', '\n')
  try {
    if (createPublicKey(pem).asymmetricKeyType === 'rsa') return pem
  } catch {
    // It is no key: told below, without repeating it.
  }
  throw new Error('must be the RSA public key of Clerk as PEM: -----BEGIN PUBLIC KEY-----, and so on')
}

/** An address that only this machine, or whoever has a certificate for it, can answer at. */
export function secureUrl(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, hostname, search, hash, username } = new URL(text)
    const here = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
    if ((protocol === 'https:' || (protocol === 'http:' && here)) && !search && !hash && !username)
      return text
  }
  throw new Error(`must be an address that begins with https://, not "${text}"`)
}

/** Origins with commas between. */
export function origins(text: string): readonly string[] {
  return text.split(',').map((each) => {
    const one = each.trim()
    if (URL.canParse(one) && new URL(one).origin === one.replace(/\/$/, '')) return new URL(one).origin
    throw new Error(`must be origins with commas between, such as https://app.example.org, not "${one}"`)
  })
}

export function webhookSecret(text: string): string {
  if (/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(text)) return text
  throw new Error('must be the signing secret of the webhook: whsec_, and letters behind it')
}
