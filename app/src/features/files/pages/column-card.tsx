import type { VNode } from 'preact'
import { Count } from '../../../console/components/index.ts'
import type { ColumnProfile, Histogram, Value } from '../profile/report.ts'

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
            {column.distinct_exact ? null : 'about '}
            <Count value={column.distinct} />
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

function Range({ column: { min, max, mean, quartiles } }: { column: ColumnProfile }): VNode | null {
  if (min === null) return null
  return (
    <>
      <Figure label="Least">{shown(min)}</Figure>
      {quartiles ? (
        <>
          <Figure label="1st quartile">{shown(quartiles[0])}</Figure>
          <Figure label="Median">{shown(quartiles[1])}</Figure>
          <Figure label="3rd quartile">{shown(quartiles[2])}</Figure>
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
function Picture({ column: { name, histogram, top, values } }: { column: ColumnProfile }): VNode {
  const repeating = top.filter(({ count }) => count > 1)
  return (
    <div class="column-picture">
      {histogram ? <Bins name={name} histogram={histogram} /> : null}
      {repeating.length > 0 ? (
        <Bars top={repeating.slice(0, histogram ? 3 : 6)} values={values} />
      ) : histogram ? null : (
        <p class="none">{values > 0 ? 'Hardly any value repeats.' : 'Nothing to show.'}</p>
      )}
    </div>
  )
}

const height = 48
const width = 240

function Bins({ name, histogram: { from, to, counts } }: { name: string; histogram: Histogram }): VNode {
  const most = Math.max(1, ...counts)
  const step = width / counts.length
  return (
    <figure class="bins">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Histogram of ${name}, from ${shown(from)} to ${shown(to)}`}
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
        <span>{shown(from)}</span>
        <span>{shown(to)}</span>
      </figcaption>
    </figure>
  )
}

function Bars({ top, values }: { top: { value: string; count: number }[]; values: number }): VNode {
  return (
    <ol class="bars">
      {top.map(({ value, count }) => (
        <li class="bars-row" key={value}>
          <span class="bars-value">{value}</span>
          <svg class="bars-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect
              class="bin"
              width={Math.max(0.5, (count / Math.max(1, values)) * 100).toFixed(2)}
              height="6"
            />
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
  return value.toLocaleString('en', { maximumSignificantDigits: 7 })
}

/** "12 %"; small shares are never 0, and large ones never all. */
export function share(part: number, whole: number): string {
  const percent = (part / whole) * 100
  if (part === 0) return '0 %'
  if (percent < 0.1) return '< 0.1 %'
  if (part < whole && percent > 99.9) return '> 99.9 %'
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`
}
