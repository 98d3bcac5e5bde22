import type { MinuteFigures } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import { Time } from '../components/index.ts'
import { partsOf } from './minute-plot.tsx'

/** Minutes in a line. */
const LISTED = 15

interface LedgerProps {
  id: string
  minutes: MinuteFigures[]
  columns: { label: string; of(part: MinuteFigures[]): ComponentChildren }[]
}

/** What a chart draws as numbers, by quarters of an hour. */
export function Ledger({ id, minutes, columns }: LedgerProps): VNode {
  return (
    <details class="chart-ledger" id={id}>
      <summary>As numbers</summary>
      <table class="table table-compact ledger">
        <thead>
          <tr>
            <th scope="col">From</th>
            {columns.map(({ label }) => (
              <th scope="col" class="end" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {partsOf(minutes, LISTED).map((part) => (
            <tr key={part[0]?.minute.getTime()}>
              <td>{part[0] ? <Time at={part[0].minute} as="hour" /> : null}</td>
              {columns.map(({ label, of }) => (
                <td class="end" key={label}>
                  {of(part)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
