/** What somebody should know of a migration before they run it, as sentences. */
export function hazards(up: readonly string[]): string[] {
  const lost = up.flatMap((statement) => {
    const [, table] = /^drop table :schema\.(\S+)$/.exec(statement) ?? []
    if (table) return [table]
    const [, of, column] = /^alter table :schema\.(\S+) drop column (\S+)$/.exec(statement) ?? []
    return of ? [`${of}.${column}`] : []
  })
  const renamed = up.some((drop) => {
    const [, table] = /^alter table :schema\.(\S+) drop column /.exec(drop) ?? []
    return table && up.some((add) => add.startsWith(`alter table :schema.${table} add column `))
  })
  const empty = up.flatMap((statement) => {
    const [, table, column, rest = ''] =
      /^alter table :schema\.(\S+) add column (\S+) (.*)$/.exec(statement) ?? []
    return / not null/.test(rest) && !/ (default|generated) /.test(rest) ? [`${table}.${column}`] : []
  })
  return [
    ...(lost.length > 0 ? [`It loses what is in ${lost.join(', ')}.`] : []),
    ...(renamed
      ? [
          'A new name looks like one column dropped and one added: write "rename column" in both files to keep what is in it.',
        ]
      : []),
    ...(empty.length > 0
      ? [`It fails where there are rows already: ${empty.join(', ')} may not be null and has no default.`]
      : []),
  ]
}
