import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const cities = ['Lisbon', 'Porto', 'Lyon', 'Graz', 'Turku', 'Cork', 'Łódź', 'Århus']

/** A list of donations such as an office receives: rows of about 66 bytes, the same each time. */
export async function writeDonors(path: string, rows: number): Promise<void> {
  await pipeline(Readable.from(lines(rows)), createWriteStream(path))
}

function* lines(rows: number): Generator<string> {
  let text = 'id,name,city,amount,given_on,recurring,note\n'
  let seed = 42
  for (let row = 1; row <= rows; row++) {
    // Lehmer's generator: Park and Miller's minimal standard.
    seed = (seed * 16_807) % 2_147_483_647
    const day = 1 + (seed % 28)
    const month = 1 + (seed % 12)
    const amount = ((seed % 500_000) / 100).toFixed(2)
    const note = seed % 7 === 0 ? '"in memory of a friend, kindly"' : ''
    text += `${row},Donor ${seed % 90_000},${cities[seed % cities.length]},${amount},2026-${pad(month)}-${pad(day)},${seed % 3 === 0},${note}\n`
    if (text.length > 65_536) {
      yield text
      text = ''
    }
  }
  yield text
}

const pad = (value: number) => String(value).padStart(2, '0')
