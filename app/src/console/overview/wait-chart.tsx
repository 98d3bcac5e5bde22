import type { MinuteFigures, WaitFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import { duration, hour } from '../assets/format.js'
import { Duration } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { Ledger } from './ledger.tsx'
import { bars, MinutePlot } from './minute-plot.tsx'
import { scaleForSpan } from './scale.ts'

/** A wait of nothing is another matter than a minute without jobs. */
const LEAST = 1.5

/** How long jobs had waited when they started: a bar to the median of a minute, and a thin one on to where 95 of 100 had. */
export function WaitChart({ minutes }: { minutes: MinuteFigures[] }): VNode {
  const { zone } = usePerson()
  return (
    <MinutePlot
      title="Wait from due to start"
      minutes={minutes}
      label={spoken(minutes, zone)}
      scale={scaleForSpan(longest(minutes, 'p95') ?? 0)}
      tick={(value) => (value === 0 ? '0' : duration(value))}
      told={told}
      draw={(y) => {
        const bar = (field: keyof WaitFigures) => (minute: MinuteFigures) => {
          const wait = longest([minute], field)
          if (wait === null) return null
          const height = Math.max(y(0) - y(wait), LEAST)
          return { y: y(0) - height, height }
        }
        return (
          <>
            <path class="chart-reach" d={bars(minutes, 0.26, bar('p95'))} />
            <path class="chart-good" d={bars(minutes, 0.76, bar('p50'))} />
          </>
        )
      }}
      legend={
        <>
          <Ledger
            id="wait-ledger"
            minutes={minutes}
            columns={[
              { label: 'Highest median', of: (part) => <Duration ms={longest(part, 'p50')} /> },
              { label: 'Highest 95 %', of: (part) => <Duration ms={longest(part, 'p95')} /> },
            ]}
          />
          <span class="chart-key">half waited no longer</span>
          <span class="chart-key chart-key-reach">95 % no longer</span>
        </>
      }
    />
  )
}

function told(part: MinuteFigures[]): string {
  const [p50, p95] = [longest(part, 'p50'), longest(part, 'p95')]
  if (p50 === null || p95 === null) return 'no wait is known'
  return `half waited ${duration(p50)} at most, 95 % ${duration(p95)}`
}

function spoken(minutes: MinuteFigures[], zone: string): string {
  const worst = minutes.reduce<MinuteFigures | null>(
    (most, each) => ((each.wait?.p95 ?? -1) > (most?.wait?.p95 ?? -1) ? each : most),
    null,
  )
  if (!worst?.wait) return 'No wait is known of this time.'
  const { p50, p95 } = worst.wait
  return `The longest waits were at ${hour(worst.minute, zone)}: half of the jobs had waited ${duration(p50 * 1_000)} at most, 95 % ${duration(p95 * 1_000)}.`
}

/** In ms, of the minute in which it was longest; null where none is known. */
function longest(minutes: MinuteFigures[], field: keyof WaitFigures): number | null {
  const known = minutes.flatMap(({ wait }) => wait?.[field] ?? [])
  return known.length === 0 ? null : Math.max(...known) * 1_000
}
