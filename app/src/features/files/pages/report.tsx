import type { VNode } from 'preact'
import { Count, Facts, Notice } from '../../../console/components/index.ts'
import type { ColumnProfile, RefusedRow, Summary } from '../profile/report.ts'
import { ColumnCard, share } from './column-card.tsx'

export interface ReportProps {
  fileId: number
  summary: Summary
  /** Some of its columns. */
  columns: ColumnProfile[]
  /** Where the next ones are; null at the end. */
  next: string | null
}

/** What is in a file: numbers, pictures, and the first rows beside them. It is kept, and the same for all of a locale. */
export function Report({ fileId, summary, columns, next }: ReportProps): VNode {
  return (
    <>
      {summary.notices.map((notice) => (
        <Notice tone="warn" key={notice}>
          {notice}
        </Notice>
      ))}
      <Overview summary={summary} />
      {summary.refused > 0 ? <Refused summary={summary} /> : null}
      <FirstRows summary={summary} columns={columns} />
      <section aria-label="Columns">
        <h2 class="report-title">Columns</h2>
        <ol class="columns">
          {columns.map((column) => (
            <ColumnCard column={column} rows={summary.rows} key={column.position} />
          ))}
        </ol>
        {next ? (
          <p>
            <a href={next} hx-get={next} hx-target="#dialog" hx-swap="innerHTML">
              Next columns
            </a>
          </p>
        ) : null}
      </section>
      <p class="report-foot">
        <a href={`/processing_file/${fileId}/report/`}>The whole report as JSON</a>
      </p>
    </>
  )
}

function Overview({ summary }: { summary: Summary }): VNode {
  const { rows, columns, refused, duplicates, reading } = summary
  return (
    <Facts
      facts={[
        { label: 'Rows', value: <Count value={rows} /> },
        { label: 'Columns', value: <Count value={columns} /> },
        {
          label: 'Refused rows',
          value:
            refused > 0 ? (
              <>
                {<Count value={refused} />} ({share(refused, refused + rows)})
              </>
            ) : (
              'none'
            ),
        },
        { label: 'Duplicates', value: duplicates > 0 ? <Count value={duplicates} one="row" /> : 'none' },
        {
          label: 'Read as',
          value: `${reading.encoding}, ${delimiterWord(reading.delimiter)}, ${quoteWord(reading.quote)}, ${reading.header ? 'with' : 'without'} a header`,
        },
      ]}
    />
  )
}

export const delimiterWord = (delimiter: string) =>
  ({ ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' })[delimiter] ?? `"${delimiter}"`
const quoteWord = (quote: string | null) => (quote === null ? 'no quotes' : `quotes ${quote}`)

function Refused({ summary: { refused, refused_rows } }: { summary: Summary }): VNode {
  return (
    <details class="refused" id="refused" open={refused <= 5}>
      <summary>
        <Count value={refused} one="refused row" />
        {refused > refused_rows.length ? `, the first ${refused_rows.length}` : null}
      </summary>
      <ul class="refused-rows">
        {refused_rows.map(({ line, reason }: RefusedRow) => (
          <li key={line}>
            <span class="refused-line">Line {line}</span> {reason}.
          </li>
        ))}
      </ul>
    </details>
  )
}

function FirstRows({
  summary: { first_rows },
  columns,
}: {
  summary: Summary
  columns: ColumnProfile[]
}): VNode | null {
  const within = columns.filter(({ position }) => position <= (first_rows[0]?.length ?? 0))
  if (within.length === 0) return null
  return (
    <div class="first-rows">
      <h2 class="report-title">First rows</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard. */}
      <section class="first-rows-box" tabIndex={0} aria-label="First rows" id="first-rows" data-keep-scroll>
        <table class="sheet">
          <thead>
            <tr>
              {within.map(({ position, name }) => (
                <th scope="col" key={position}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {first_rows.map((row, at) => (
              <tr key={`row-${at + 1}`}>
                {within.map(({ position }) => (
                  <td key={position}>{row[position - 1] ?? <span class="none">–</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
