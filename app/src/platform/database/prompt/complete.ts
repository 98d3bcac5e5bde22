/** Begins of what runs to an end of its own, in which a semicolon ends nothing. */
const opens = /'|"|--|\/\*|\$(?:[A-Za-z_]\w*)?\$|;/g

/** True where the text ends with a semicolon that ends a statement: not one in quotes or in a comment. */
export function isComplete(text: string): boolean {
  let ended = false
  let at = 0
  for (;;) {
    opens.lastIndex = at
    const found = opens.exec(text)
    if (text.slice(at, found?.index).trim() !== '') ended = false
    if (!found) return ended
    const [open] = found
    at = found.index + open.length
    if (open === ';') {
      ended = true
      continue
    }
    const isComment = open === '--' || open === '/*'
    if (!isComment) ended = false
    const close = open === '--' ? '\n' : open === '/*' ? '*/' : open
    const end = text.indexOf(close, at)
    // A comment to the end of the last line is over; all else goes on.
    if (end === -1) return open === '--' && ended
    at = end + close.length
  }
}
