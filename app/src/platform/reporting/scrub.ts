import { hidden, isSecretName, withoutShapes } from '../secrets.ts'

/** Fields whose content never leaves, whatever it is. */
const isContent = /^(body|data|query_string|env)$/i

/** More than is hidden in our own log, where some of it would be an innocent word: this leaves the house. */
const patterns: [RegExp, string][] = [
  // Also whose password it was.
  [/([a-z][a-z\d+.-]*:\/\/)[^\s/@]*:[^\s/@]*@/gi, `$1${hidden}@`],
  // Also which key of ours it was.
  [/\bfct_[0-9a-f]{12}_\w*/g, hidden],
  [/\b((?:set-)?cookie["']?\s*[:=]).+/gi, `$1 ${hidden}`],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:\w+ )?)[^\s"',]+/gi, `$1${hidden}`],
  [
    /((?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|session|csrf)["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi,
    `$1${hidden}`,
  ],
]

/** Takes secrets out of texts: those that are known, and what looks like one. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    let clean = text
    for (const secret of secrets) clean = clean.replaceAll(secret, hidden)
    for (const [pattern, kept] of patterns) clean = clean.replace(pattern, kept)
    return withoutShapes(clean)
  }
}

/** Scrubs every text in a tree, in place; fields that hold secrets by their names lose all that is in them. */
export function scrubTree(tree: object, scrub: (text: string) => string, seen = new Set<object>()): void {
  if (seen.has(tree)) return
  seen.add(tree)
  for (const [name, value] of Object.entries(tree)) {
    if (value === null || value === undefined) continue
    if (!Array.isArray(tree) && (isSecretName(name) || isContent.test(name))) Reflect.set(tree, name, hidden)
    else if (typeof value === 'string') Reflect.set(tree, name, scrub(value))
    else if (typeof value === 'object') scrubTree(value, scrub, seen)
  }
}
