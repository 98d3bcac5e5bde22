const hidden = '[hidden]'

/** What may be a secret by its name, whatever stands around it; `private` is for the screen alone. */
const named = 'passw|secret|token|authorization|cookie|api[-_]?key|credential|private'
const isNamed = new RegExp(named, 'i')

/** Most lines have none of this, and cost this one look. */
const suspicious = new RegExp(`${named}|bearer |fct_|eyJ|:\\/\\/[^/\\s"@]*:[^/\\s"@]*@`, 'i')

/** What tells itself in a text, with what stays of it. */
const shapes: [RegExp, string][] = [
  [new RegExp(`([?&][\\w.-]{0,40}(?:${named})[\\w.-]{0,40}=)[^&\\s"#]+`, 'gi'), `$1${hidden}`],
  [/(:\/\/[^/\s"@:]*:)[^/\s"@]*@/g, `$1${hidden}@`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  [/\b(fct_[0-9a-f]{12}_)[0-9a-f]+/g, `$1${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, hidden],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
]

/**
 * A line of JSON without what lets somebody in: what is named like a secret, however deep, and passwords, keys and
 * tokens that texts contain. Numbers stay: how many tokens there are is none.
 */
export function withoutSecrets(line: string): string {
  return suspicious.test(line) ? `${JSON.stringify(JSON.parse(line), hide)}\n` : line
}

function hide(name: string, value: unknown): unknown {
  if (typeof value === 'string') return isNamed.test(name) ? hidden : withoutShapes(value)
  return typeof value === 'object' && value !== null && isNamed.test(name) ? hidden : value
}

const withoutShapes = (text: string) =>
  shapes.reduce((rest, [shape, kept]) => rest.replace(shape, kept), text)

/** True for a line with a field `private`, which the screen shows: a person there is who it is for. */
export const isPrivate = (line: string) => line.includes('"private":')
