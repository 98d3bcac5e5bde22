import type { ColumnProfile, Summary } from './report.ts'

/** What a person should know besides the figures. */
export function noticesOf(summary: Omit<Summary, 'notices'>, columns: ColumnProfile[]): string[] {
  const notices: string[] = []
  if (summary.rows === 0) notices.push('The table has no rows of data.')
  if (summary.columns === 1) {
    notices.push('The table has one column. If it should have more, set the delimiter and run it again.')
  }
  const twins = repeatedNames(columns)
  if (twins.length > 0) {
    notices.push(`Several columns have the same name: ${listed(twins)}. Tell them apart by their position.`)
  }
  const nameless = summary.reading.header
    ? columns.filter(({ name, position }) => name === `Column ${position}`)
    : []
  if (nameless.length === 1) notices.push('One of the columns has no name in the header.')
  if (nameless.length > 1) notices.push(`${nameless.length} of the columns have no name in the header.`)
  return notices
}

function repeatedNames(columns: ColumnProfile[]): string[] {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return [...repeated]
}

const listed = (names: string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
