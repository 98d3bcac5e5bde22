import type { MinuteFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import { hour } from '../assets/format.js'
import { Count } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { Ledger } from './ledger.tsx'
import { BELOW, bars, MinutePlot } from './minute-plot.tsx'
import { scaleFor } from './scale.ts'

/** A bar a minute for what ended, and a mark under it where some failed: five among a thousand would be no bar. */
export function ThroughputChart({ minutes }: { minutes: MinuteFigures[] }): VNode {
  const { zone } = usePerson()
  return (
    <MinutePlot
      title="Jobs that ended, a minute"
      minutes={minutes}
      label={spoken(minutes, zone)}
      scale={scaleFor(Math.max(0, ...minutes.map(ended)))}
      tick={(value) => <Count value={value} />}
      told={(part) => `${sum(part, 'finished')} finished, ${sum(part, 'failed')} failed`}
      draw={(y) => (
        <>
          <path
            class="chart-good"
            d={bars(minutes, 0.76, (minute) =>
              ended(minute) > 0 ? { y: y(ended(minute)), height: y(0) - y(ended(minute)) } : null,
            )}
          />
          <path
            class="chart-bad"
            d={bars(minutes, 0.76, ({ failed }) => (failed > 0 ? { y: y(0) + 4, height: BELOW - 4 } : null))}
          />
        </>
      )}
      legend={
        <>
          <Ledger
            id="throughput-ledger"
            minutes={minutes}
            columns={[
              { label: 'Finished', of: (part) => <Count value={sum(part, 'finished')} /> },
              { label: 'Failed', of: (part) => <Count value={sum(part, 'failed')} /> },
            ]}
          />
          <span class="chart-key">all that ended</span>
          <span class="chart-key chart-key-bad">some failed</span>
        </>
      }
    />
  )
}

function spoken(minutes: MinuteFigures[], zone: string): string {
  const busiest = minutes.reduce<MinuteFigures | null>(
    (best, each) => (best && ended(best) >= ended(each) ? best : each),
    null,
  )
  if (!busiest || ended(busiest) === 0) return 'No job ended in this time.'
  return `${sum(minutes, 'finished')} jobs finished and ${sum(minutes, 'failed')} failed; most in one minute: ${ended(busiest)} at ${hour(busiest.minute, zone)}.`
}

const ended = ({ finished, failed }: MinuteFigures) => finished + failed
const sum = (minutes: MinuteFigures[], field: 'finished' | 'failed') =>
  minutes.reduce((total, minute) => total + minute[field], 0)
