import { encodingOf, type Survey } from './survey.ts'

/** Beginnings by which common kinds of file are known; one of plain `letters` may also begin a text. */
const kinds: { magic: number[]; kind: string; instead: string; letters?: true }[] = [
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    kind: 'a zip archive or an Excel or OpenOffice workbook',
    instead: 'Save the sheet as CSV, or unpack the archive, and send that',
  },
  {
    magic: [0xd0, 0xcf, 0x11, 0xe0],
    kind: 'an old Excel or Word file',
    instead: 'Save the sheet as CSV and send that',
  },
  { magic: [0x25, 0x50, 0x44, 0x46], kind: 'a PDF', instead: 'Send the table that it was made from' },
  { magic: [0x1f, 0x8b], kind: 'packed with gzip', instead: 'Unpack it and send what is inside' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], kind: 'packed with zstd', instead: 'Unpack it and send what is inside' },
  {
    magic: [0x42, 0x5a, 0x68],
    kind: 'packed with bzip2',
    instead: 'Unpack it and send what is inside',
    letters: true,
  },
  { magic: [0xfd, 0x37, 0x7a, 0x58], kind: 'packed with xz', instead: 'Unpack it and send what is inside' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], kind: 'a 7-Zip archive', instead: 'Unpack it and send what is inside' },
  {
    magic: [0x50, 0x41, 0x52, 0x31],
    kind: 'a Parquet file',
    instead: 'Export it as CSV and send that',
    letters: true,
  },
  {
    magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65],
    kind: 'an SQLite database',
    instead: 'Export the table as CSV',
    letters: true,
  },
  { magic: [0x89, 0x50, 0x4e, 0x47], kind: 'a picture', instead: 'Send a table as text' },
  { magic: [0xff, 0xd8, 0xff], kind: 'a picture', instead: 'Send a table as text' },
  { magic: [0x47, 0x49, 0x46, 0x38], kind: 'a picture', instead: 'Send a table as text', letters: true },
  { magic: [0x7f, 0x45, 0x4c, 0x46], kind: 'a program', instead: 'Send a table as text' },
  { magic: [0x4d, 0x5a, 0x90, 0x00], kind: 'a program', instead: 'Send a table as text' },
]

/** Declared types under which browsers and programs send tables of text. Windows calls a CSV an Excel file. */
const declared = new Set([
  '',
  'text/csv',
  'text/plain',
  'text/tab-separated-values',
  'text/x-csv',
  'text/comma-separated-values',
  'application/csv',
  'application/x-csv',
  'application/vnd.ms-excel',
  'application/octet-stream',
])

/** Why this is no table of text, with what to do instead; null when it may be one. */
export function refusalOfContent(type: string, head: Buffer, survey: Survey): string | null {
  const isText = survey.utf8 && survey.nulBytes === 0
  const known = kinds.find(
    ({ magic, letters }) => magic.every((byte, at) => head[at] === byte) && !(letters && isText),
  )
  if (known) return `it is ${known.kind}, whatever it is called. ${known.instead}.`
  if (looksBinary(head, survey)) return 'its bytes are no text. Send a table as text: CSV, or with tabs.'
  const name = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!declared.has(name)) {
    return `it was sent as ${name}, but a table of text comes as text/csv. Send it with that type.`
  }
  return null
}

/** Text has no control characters but tab, newlines and form feed; one NUL among letters is a damaged text. */
function looksBinary(head: Buffer, survey: Survey): boolean {
  if (head.length === 0 || survey.bom || encodingOf(survey).startsWith('utf-16')) return false
  let control = 0
  for (const byte of head) {
    if ((byte < 32 && (byte < 9 || byte > 13) && byte !== 27) || byte === 127) control++
  }
  return control / head.length > 0.02
}
