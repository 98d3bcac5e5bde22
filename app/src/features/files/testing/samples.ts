import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A table of payments, about 60 bytes a row and the same each time. */
export function* payments(rows: number): Generator<string> {
  yield 'id,customer,city,amount,paid_on,reminded\n'
  const cities = ['Zürich', 'Bern', 'Genève', 'Basel', 'Chur']
  let text = ''
  for (let row = 1; row <= rows; row++) {
    const mixed = Math.imul(row, 2_654_435_761) >>> 0
    const day = String(1 + (mixed % 28)).padStart(2, '0')
    const month = String(1 + (mixed % 12)).padStart(2, '0')
    text += `${row},Customer ${mixed % 50_000},${cities[mixed % 5]},${(mixed % 1_000_000) / 100},2026-${month}-${day},${mixed % 3 === 0}\n`
    if (text.length < 65_536) continue
    yield text
    text = ''
  }
  yield text
}

export const writePayments = (path: string, rows: number) =>
  pipeline(Readable.from(payments(rows)), createWriteStream(path))
