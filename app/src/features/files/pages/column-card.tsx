import type { VNode } from 'preact'
import { Count } from '../../../console/components/index.ts'
import type { ColumnProfile, Value } from '../profile/report.ts'

/** One column of a report: its figures, and a picture of its values. */
export function ColumnCard({ column, rows }: { column: ColumnProfile; rows: number }): VNode {
  const { position, name, type, format, nulls, misfits, misfit_example } = column
  return (
    <li class="column" id={`column-${position}`}>
      <header class="column-head">
        <span class="column-position">{position}</span>
        <h3 class="column-name">{name}</h3>
        <span class="column-type">
          {type}
          {format ? ` · ${format}` : null}
        </span>
      </header>
      <div class="column-body">
        <dl class="column-figures">
          <Figure label="Empty">{rows > 0 && nulls > 0 ? `${share(nulls, rows)} · ${nulls}` : nulls}</Figure>
          <Figure label="Different">
            <Different column={column} />
          </Figure>
          {misfits > 0 ? (
            <Figure label={`Not ${type}`}>
              <Count value={misfits} />, such as <q>{misfit_example}</q>
            </Figure>
          ) : null}
          <Range column={column} />
        </dl>
        <Picture column={column} />
      </div>
    </li>
  )
}

function Different({ column: { distinct, distinct_exact, values } }: { column: ColumnProfile }): VNode {
  if (distinct_exact) return <Count value={distinct} />
  if (distinct === values) return <>nearly all</>
  return (
    <>
      about <Count value={distinct} />
    </>
  )
}

function Range({ column }: { column: ColumnProfile }): VNode | null {
  const { min, max, mean, quartiles } = column
  if (min === null) return null
  const about = column.quartiles_exact ? '' : '≈ '
  return (
    <>
      <Figure label="Least">{shown(min)}</Figure>
      {quartiles ? (
        <>
          <Figure label="1st quartile">{about + shown(quartiles[0])}</Figure>
          <Figure label="Median">{about + shown(quartiles[1])}</Figure>
          <Figure label="3rd quartile">{about + shown(quartiles[2])}</Figure>
        </>
      ) : null}
      <Figure label="Greatest">{shown(max)}</Figure>
      {mean === null ? null : <Figure label="Mean">{shown(mean)}</Figure>}
    </>
  )
}

const Figure = ({ label, children }: { label: string; children: VNode['props']['children'] }): VNode => (
  <div class="column-figure">
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

/** A histogram where values have an order, and bars of the most frequent values where some repeat. */
function Picture({ column }: { column: ColumnProfile }): VNode {
  const { histogram, values } = column
  const repeating = column.top.filter(({ count }) => count > 1).slice(0, histogram ? 3 : 6)
  return (
    <div class="column-picture">
      {histogram ? <Bins column={column} counts={histogram.counts} /> : null}
      {repeating.length > 0 ? <Bars top={repeating} values={values} /> : null}
      {repeating.length === 0 && !histogram ? (
        <p class="none">{values > 0 ? 'No value is frequent.' : 'Nothing to show.'}</p>
      ) : null}
    </div>
  )
}

const height = 48
const width = 240

function Bins({ column: { name, min, max }, counts }: { column: ColumnProfile; counts: number[] }): VNode {
  const most = Math.max(1, ...counts)
  const step = width / counts.length
  return (
    <figure class="bins">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Histogram of ${name}, from ${shown(min)} to ${shown(max)}`}
      >
        {counts.map((count, bin) => {
          // A bin that has anything is seen.
          const tall = count === 0 ? 0 : Math.max(1.5, (count / most) * height)
          return (
            <rect
              class="bin"
              key={bin * step}
              x={(bin * step).toFixed(2)}
              y={(height - tall).toFixed(2)}
              width={Math.max(0.5, step - 1).toFixed(2)}
              height={tall.toFixed(2)}
            />
          )
        })}
      </svg>
      <figcaption class="bins-scale">
        <span>{shown(min)}</span>
        <span>{shown(max)}</span>
      </figcaption>
    </figure>
  )
}

function Bars({ top, values }: { top: { value: string; count: number }[]; values: number }): VNode {
  const most = Math.max(...top.map(({ count }) => count))
  return (
    <ol class="bars">
      {top.map(({ value, count }) => (
        <li class="bars-row" key={value}>
          <span class="bars-value">{value}</span>
          <svg class="bars-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bin" width={((count / most) * 100).toFixed(2)} height="6" />
          </svg>
          <span class="bars-count">
            <Count value={count} /> · {share(count, values)}
          </span>
        </li>
      ))}
    </ol>
  )
}

/** Numbers with as many figures as one reads. */
export function shown(value: Value): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en')
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15)) return value.toPrecision(5)
  return value.toLocaleString('en', { maximumSignificantDigits: 6 })
}

/** "12 %"; small shares are never 0, and large ones never all. */
export function share(part: number, whole: number): string {
  const percent = (part / whole) * 100
  if (part === 0) return '0 %'
  if (percent < 0.1) return '< 0.1 %'
  if (part < whole && percent > 99.9) return '> 99.9 %'
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`
}
