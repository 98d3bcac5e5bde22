const removed = '[removed]'

/** Fields whose content never leaves, whatever it is. */
const secretField = /cookie|authorization|passw|secret|token|csrf|api[-_]?key|^(body|data|query_string|env)$/i

/** What looks like a secret in a text; what stands before it is kept. */
const patterns: [RegExp, string][] = [
  // A password in an address.
  [/([a-z][a-z\d+.-]*:\/\/)[^\s/@]*:[^\s/@]*@/gi, `$1${removed}@`],
  [/\b((?:set-)?cookie["']?\s*[:=]).+/gi, `$1 ${removed}`],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:\w+ )?)[^\s"',]+/gi, `$1${removed}`],
  [/\b(Bearer )[\w.~+/=-]{8,}/gi, `$1${removed}`],
  // Our API keys, Clerk's webhook secret, tokens.
  [/\bfct_[0-9a-f]{12}_[0-9a-f]+/g, removed],
  [/\bwhsec_[\w+/=]+/g, removed],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, removed],
  [
    /((?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|session|csrf)["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi,
    `$1${removed}`,
  ],
]

/** Takes secrets out of texts: those that are known, and what looks like one. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    let clean = text
    for (const secret of secrets) clean = clean.replaceAll(secret, removed)
    for (const [pattern, kept] of patterns) clean = clean.replace(pattern, kept)
    return clean
  }
}

/** Scrubs every text in a tree, in place; fields that hold secrets by their names lose all that is in them. */
export function scrubTree(tree: object, scrub: (text: string) => string, seen = new Set<object>()): void {
  if (seen.has(tree)) return
  seen.add(tree)
  for (const [name, value] of Object.entries(tree)) {
    if (value === null || value === undefined) continue
    if (!Array.isArray(tree) && secretField.test(name)) Reflect.set(tree, name, removed)
    else if (typeof value === 'string') Reflect.set(tree, name, scrub(value))
    else if (typeof value === 'object') scrubTree(value, scrub, seen)
  }
}
