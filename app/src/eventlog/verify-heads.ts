import type pg from 'pg'
import { same } from './chain.ts'
import { at, type Tell } from './finding.ts'
import { schema } from './sql.ts'

const headsAtOnce = 1_000

interface Row {
  subject_kind: string
  subject_id: string
  count: string
  mac: Buffer | null
  row_mac: Buffer | null
  last: string | null
}

/** Every head against the row that it says is the last; answers how many there are. */
export async function verifyHeads(pool: pg.Pool, tell: Tell): Promise<number> {
  let heads = 0
  let after = ['', '']
  for (;;) {
    const { rows } = await pool.query<Row>(select, after)
    for (const row of rows) {
      verify(row, tell)
      heads++
      after = [row.subject_kind, row.subject_id]
    }
    if (rows.length < headsAtOnce) return heads
  }
}

const select = `
  select h.subject_kind, h.subject_id, h.count, h.mac, e.mac as row_mac, l.place as last
  from ${schema}.event_head h
  left join ${schema}.event e
    on e.subject_kind = h.subject_kind and e.subject_id = h.subject_id and e.place = h.count
  left join lateral (
    select v.place from ${schema}.event v
    where v.subject_kind = h.subject_kind and v.subject_id = h.subject_id order by v.place desc limit 1
  ) l on true
  where (h.subject_kind, h.subject_id) > ($1, $2)
  order by h.subject_kind, h.subject_id limit ${headsAtOnce}`

function verify({ subject_kind: kind, subject_id: id, count, mac, row_mac, last }: Row, tell: Tell): void {
  const subject = { kind, id }
  const counted = Number(count)
  const there = Number(last ?? 0)
  if (there < counted) {
    const rows = counted - there === 1 ? 'the row is' : `this row and those up to place ${counted} are`
    tell(at('cut', subject, there + 1, `${rows} missing at the end`))
  } else if (counted > 0 && (mac === null || row_mac === null || !same(mac, row_mac))) {
    tell(at('head', subject, counted, 'the head of the subject and its last row do not fit together'))
  }
}
