import type { QueryArrayResult } from 'pg'

type Result = Pick<QueryArrayResult<(string | null)[]>, 'command' | 'rowCount' | 'fields' | 'rows'>

/** What one statement answered, as one reads it: a table, or what was done. */
export function resultText({ command, rowCount, fields, rows }: Result): string {
  if (fields.length === 0) return [command ?? 'Done', rowCount].filter((part) => part !== null).join(' ')
  const names = fields.map(({ name }) => shown(name))
  const cells = rows.map((row) => row.map((value) => (value === null ? '' : shown(value))))
  const widths = names.map((name, at) =>
    Math.max(widthOf(name), ...cells.map((row) => widthOf(row[at] ?? ''))),
  )
  const line = (row: string[]) =>
    row
      .map((text, at) => text + ' '.repeat((widths[at] ?? 0) - widthOf(text)))
      .join('  ')
      .trimEnd()
  return [
    line(names),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.map(line),
    `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
  ].join('\n')
}

/** A row is a line; and what somebody stored must not drive the terminal. */
const shown = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (letter) =>
    letter < ' ' ? JSON.stringify(letter).slice(1, -1) : `\\u00${letter.charCodeAt(0).toString(16)}`,
  )

const widthOf = (text: string) => [...text].length
