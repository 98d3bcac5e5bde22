/** What stands for a secret where it was. */
export const hidden = '[hidden]'

const named = 'passw|secret|token|csrf|authorization|cookie|api[-_]?key|credential|private'

/** May be a secret by its name, whatever stands around it. */
const isNamed = new RegExp(named, 'i')
export const isSecretName = (name: string): boolean => isNamed.test(name)

/** What tells itself in a text, with what stays of it. */
const shapes: [RegExp, string][] = [
  [new RegExp(`([?&][\\w.-]{0,40}(?:${named})[\\w.-]{0,40}=)[^&\\s"#]+`, 'gi'), `$1${hidden}`],
  // A password in an address.
  [/(:\/\/[^/\s"@:]*:)[^/\s"@]*@/g, `$1${hidden}@`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  // Our API keys, the secrets of webhooks, tokens.
  [/\b(fct_[0-9a-f]{12}_)[0-9a-f]+/g, `$1${hidden}`],
  [/\bwhsec_[\w+/=]+/g, hidden],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
]

/** Most texts have none of this, and cost this one look. */
const suspicious = new RegExp(`${named}|bearer |fct_|whsec_|eyJ|:\\/\\/[^/\\s"@]*:[^/\\s"@]*@`, 'i')

/** False where a text holds nothing that is named or looks like a secret. */
export const mayHoldSecrets = (text: string): boolean => suspicious.test(text)

/** A text without what looks like a secret. */
export const withoutShapes = (text: string): string =>
  shapes.reduce((rest, [shape, kept]) => rest.replace(shape, kept), text)
