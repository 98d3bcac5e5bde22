/** Longer names are cut in the middle of nothing: what is behind says little. */
const longest = 200

/** A file's name as it is shown and kept: the last part of a path, one line, never empty. It is never a path to anything. */
export function shownName(given: string | undefined): string {
  const last = (given ?? '').split(/[\\/]/).at(-1) ?? ''
  // Control characters, and those that turn the direction of writing so that an ending looks like another.
  const plain = last.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
  const cut = Array.from(plain.trim()).slice(0, longest).join('')
  // Half of a pair is no letter.
  return cut.replace(/[\ud800-\udfff]/gu, '\ufffd') || 'unnamed.csv'
}
