import type { MinuteFigures } from '@factotum/jobs'
import type { VNode } from 'preact'
import { hour } from '../assets/format.js'
import { Count, Time } from '../components/index.ts'
import { usePerson } from '../person.ts'
import { scaleFor } from './scale.ts'

const WIDTH = 720
const HEIGHT = 120
/** Below the base line: a mark for each minute in which something failed, however little. */
const MARKS = 10
/** Minutes that a pointer finds together, and minutes in a line of the numbers. */
const HOVERED = 5
const LISTED = 15

/**
 * A bar a minute, and a mark under it where some failed: five among a thousand would be no bar.
 * Drawn here, so that it shows without JavaScript and weighs little; colours are the theme's. Numbers stand beside as HTML: text in a stretched drawing would be stretched too.
 */
export function MinuteChart({ minutes }: { minutes: MinuteFigures[] }): VNode {
  const { zone } = usePerson()
  const { top, ticks } = scaleFor(Math.max(0, ...minutes.map(total)))
  const step = WIDTH / Math.max(1, minutes.length)
  const y = (value: number) => HEIGHT - (HEIGHT * value) / top
  return (
    <figure class="chart">
      <div class="chart-plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT + MARKS}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={spoken(minutes, zone)}
        >
          {ticks.map((tick) => (
            <line class="chart-grid" x1="0" x2={WIDTH} y1={y(tick)} y2={y(tick)} key={tick} />
          ))}
          <path
            class="chart-good"
            d={bars(minutes, (minute) => ({ y: y(total(minute)), height: HEIGHT - y(total(minute)) }))}
          />
          <path
            class="chart-bad"
            d={bars(minutes, ({ failed }) => ({ y: HEIGHT + 4, height: failed > 0 ? MARKS - 4 : 0 }))}
          />
          {sums(minutes, HOVERED).map((part, index) => (
            <rect
              class="chart-hit"
              x={round(index * HOVERED * step)}
              width={round(HOVERED * step)}
              height={HEIGHT + MARKS}
              key={part.minute.getTime()}
            >
              <title>{`From ${hour(part.minute, zone)}: ${part.finished} finished, ${part.failed} failed`}</title>
            </rect>
          ))}
        </svg>
        <div class="chart-ticks" aria-hidden="true">
          {[...ticks].reverse().map((tick) => (
            <span key={tick}>
              <Count value={tick} />
            </span>
          ))}
        </div>
      </div>
      <div class="chart-hours" aria-hidden="true">
        {hoursOf(minutes).map((at) => (
          <Time at={at} as="hour" key={at.getTime()} />
        ))}
      </div>
      <div class="chart-legend">
        <Ledger minutes={minutes} />
        <span class="chart-key">all that ended</span>
        <span class="chart-key chart-key-bad">some failed</span>
      </div>
    </figure>
  )
}

/** All bars as one path: 180 elements would be half of the page. */
function bars(
  minutes: MinuteFigures[],
  size: (minute: MinuteFigures) => { y: number; height: number },
): string {
  const step = WIDTH / Math.max(1, minutes.length)
  const width = round(step * 0.76)
  return minutes
    .map((minute, index) => ({ x: round((index + 0.12) * step), ...size(minute) }))
    .filter(({ height }) => height > 0)
    .map(({ x, y, height }) => `M${x} ${round(y)}h${width}v${round(height)}h${-width}z`)
    .join('')
}

/** The same as numbers, by quarters of an hour. */
function Ledger({ minutes }: { minutes: MinuteFigures[] }): VNode {
  return (
    <details class="chart-ledger" id="throughput-ledger">
      <summary>As numbers</summary>
      <table class="table table-compact ledger">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="end">
              Finished
            </th>
            <th scope="col" class="end">
              Failed
            </th>
          </tr>
        </thead>
        <tbody>
          {sums(minutes, LISTED).map(({ minute, finished, failed }) => (
            <tr key={minute.getTime()}>
              <td>
                <Time at={minute} as="hour" />
              </td>
              <td class="end">
                <Count value={finished} />
              </td>
              <td class="end">
                <Count value={failed} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** So many minutes in one. */
function sums(minutes: MinuteFigures[], size: number): MinuteFigures[] {
  const parts: MinuteFigures[] = []
  for (const [index, { minute, finished, failed }] of minutes.entries()) {
    const last = parts.at(-1)
    if (!last || index % size === 0) parts.push({ minute, finished, failed })
    else
      parts[parts.length - 1] = {
        minute: last.minute,
        finished: last.finished + finished,
        failed: last.failed + failed,
      }
  }
  return parts
}

/** Where the axis is named: first, last, and each third between. */
function hoursOf(minutes: MinuteFigures[]): Date[] {
  const last = minutes.length - 1
  return [0, 1 / 3, 2 / 3, 1].flatMap((part) => minutes[Math.round(last * part)]?.minute ?? [])
}

function spoken(minutes: MinuteFigures[], zone: string): string {
  const failed = minutes.reduce((sum, minute) => sum + minute.failed, 0)
  const finished = minutes.reduce((sum, minute) => sum + minute.finished, 0)
  const busiest = minutes.reduce<MinuteFigures | null>(
    (best, each) => (best && total(best) >= total(each) ? best : each),
    null,
  )
  if (!busiest || total(busiest) === 0) return 'No job ended in this time.'
  return `${finished} jobs finished and ${failed} failed; most in one minute: ${total(busiest)} at ${hour(busiest.minute, zone)}.`
}

const total = ({ finished, failed }: MinuteFigures) => finished + failed
const round = (value: number) => Math.round(value * 100) / 100
