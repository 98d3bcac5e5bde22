import type { MinuteFigures } from '@factotum/jobs'
import type { ComponentChildren, VNode } from 'preact'
import { hour } from '../assets/format.js'
import { Time } from '../components/index.ts'
import { usePerson } from '../person.ts'
import type { Scale } from './scale.ts'

const WIDTH = 720
const HEIGHT = 120
/** Room for marks below the base line. */
export const BELOW = 10
/** Minutes that a pointer finds together. */
const HOVERED = 5

interface MinutePlotProps {
  minutes: MinuteFigures[]
  title: string
  /** What a screen reader says of the drawing. */
  label: string
  scale: Scale
  tick(value: number): ComponentChildren
  /** What a pointer is told of some minutes. */
  told(part: MinuteFigures[]): string
  /** Drawn with `bars`, from the base line at `y(0)` upward. */
  draw(y: (value: number) => number): ComponentChildren
  /** The key of what is drawn, and the same as numbers. */
  legend: ComponentChildren
}

/**
 * A drawing by the minute, with its axes.
 * Drawn here, so that it shows without JavaScript and weighs little; colours are the theme's. Numbers stand beside as HTML: text in a stretched drawing would be stretched too.
 */
export function MinutePlot({ minutes, title, label, scale, ...props }: MinutePlotProps): VNode {
  const { zone } = usePerson()
  const step = WIDTH / Math.max(1, minutes.length)
  const y = (value: number) => HEIGHT - (HEIGHT * value) / scale.top
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div class="chart-plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT + BELOW}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={label}
        >
          {scale.ticks.map((tick) => (
            <line class="chart-grid" x1="0" x2={WIDTH} y1={y(tick)} y2={y(tick)} key={tick} />
          ))}
          {props.draw(y)}
          {partsOf(minutes, HOVERED).map((part, index) => (
            <rect
              class="chart-hit"
              x={round(index * HOVERED * step)}
              width={round(HOVERED * step)}
              height={HEIGHT + BELOW}
              key={part[0]?.minute.getTime()}
            >
              <title>{part[0] ? `From ${hour(part[0].minute, zone)}: ${props.told(part)}` : ''}</title>
            </rect>
          ))}
        </svg>
        <div class="chart-ticks" aria-hidden="true">
          {[...scale.ticks].reverse().map((tick) => (
            <span key={tick}>{props.tick(tick)}</span>
          ))}
        </div>
      </div>
      <div class="chart-hours" aria-hidden="true">
        {hoursOf(minutes).map((at) => (
          <Time at={at} as="hour" key={at.getTime()} />
        ))}
      </div>
      <div class="chart-legend">{props.legend}</div>
    </figure>
  )
}

interface Bar {
  y: number
  height: number
}

/** All bars as one path: 180 elements would be half of the page. @param share of a minute's width */
export function bars(
  minutes: MinuteFigures[],
  share: number,
  bar: (minute: MinuteFigures) => Bar | null,
): string {
  const step = WIDTH / Math.max(1, minutes.length)
  const width = round(step * share)
  return minutes
    .map((minute, index) => {
      const size = bar(minute)
      if (!size) return ''
      const x = round((index + (1 - share) / 2) * step)
      return `M${x} ${round(size.y)}h${width}v${round(size.height)}h${-width}z`
    })
    .join('')
}

/** So many minutes together. */
export function partsOf(minutes: MinuteFigures[], size: number): MinuteFigures[][] {
  const parts: MinuteFigures[][] = []
  for (let from = 0; from < minutes.length; from += size) parts.push(minutes.slice(from, from + size))
  return parts
}

/** Where the axis is named: first, last, and each third between. */
function hoursOf(minutes: MinuteFigures[]): Date[] {
  const last = minutes.length - 1
  return [0, 1 / 3, 2 / 3, 1].flatMap((part) => minutes[Math.round(last * part)]?.minute ?? [])
}

const round = (value: number) => Math.round(value * 100) / 100
